//! The steps of a confined command, as `callboard confined` takes them.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(unix)]
    {
        let args = std::env::args().skip_while(|arg| arg != "confined").skip(1);
        callboard_os::confine::serve(args)
    }
    #[cfg(not(unix))]
    ExitCode::FAILURE
}
