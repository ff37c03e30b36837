//! The steps of a confined command, as `callboard confined` takes them; for tests, also as on a system that refuses
//! something: `confined refused namespaces,landlock confined …`.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    if std::env::args().nth(1).is_some_and(|word| word == "refused") {
        let calls = std::env::args().nth(2).unwrap_or_default();
        return refused::refuse_and_go_on(&calls);
    }
    #[cfg(unix)]
    {
        let args = std::env::args().skip_while(|arg| arg != "confined").skip(1);
        callboard_os::confine::serve(args)
    }
    #[cfg(not(unix))]
    ExitCode::FAILURE
}

#[cfg(target_os = "linux")]
mod refused {
    use std::collections::BTreeMap;
    use std::os::unix::process::CommandExt;
    use std::process::ExitCode;

    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

    /// Goes on as `confined …` on a system that refuses what these words name.
    #[allow(
        clippy::disallowed_methods,
        reason = "this crate starts processes; this one takes our place"
    )]
    pub(super) fn refuse_and_go_on(words: &str) -> ExitCode {
        if refuse(words) {
            let args = std::env::args().skip(3);
            let _ = std::process::Command::new("/proc/self/exe").args(args).exec();
        }
        ExitCode::FAILURE
    }

    /// Has the system refuse what these words name from now on, as one without it does. Gives whether it could.
    fn refuse(words: &str) -> bool {
        words.split(',').all(|word| match word {
            // As a container's own filter refuses it.
            "namespaces" => filter(libc::SYS_unshare, libc::EPERM),
            // As a kernel that does not know it.
            "landlock" => filter(libc::SYS_landlock_create_ruleset, libc::ENOSYS),
            _ => false,
        })
    }

    fn filter(call: i64, error: i32) -> bool {
        let rules = BTreeMap::from([(call, Vec::new())]);
        let denied = SeccompAction::Errno(error.unsigned_abs());
        let Ok(processor) = TargetArch::try_from(std::env::consts::ARCH) else { return false };
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, denied, processor);
        let program: Result<BpfProgram, _> = filter.and_then(TryInto::try_into);
        program.is_ok_and(|program| seccompiler::apply_filter(&program).is_ok())
    }
}
