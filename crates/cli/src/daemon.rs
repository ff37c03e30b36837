//! The daemon: started when needed, one per user, ended on request.

use std::fs;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use callboard_engine::{Engine, EngineConfig};
use callboard_os::command::Command;
use callboard_os::lock::FileLock;
use callboard_os::notify_desktop::Desktop;
use callboard_os::process;
use callboard_server::{HOST, Listening, ServerConfig};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::error::CliError;
use crate::settings::{Settings, USUAL_PORT};

/// In the daemon's folder, the port that it last listened on.
const LAST_PORT: &str = "port";

/// Time that a starting daemon has until it answers: it reads no history before that.
const START_TIME: Duration = Duration::from_secs(20);

/// Time that a daemon that ends has until its lock is free.
const LOCK_TIME: Duration = Duration::from_secs(5);

/// Time between two looks whether the home is still there.
const HOME_TIME: Duration = Duration::from_secs(60);

/// What a running daemon says of itself, in `run/daemon.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Running {
    pub(crate) pid: u32,
    /// When the process began, in clock ticks since boot.
    pub(crate) start_ticks: Option<u64>,
    pub(crate) port: u16,
    /// The address that other machines reach.
    #[serde(default)]
    pub(crate) host: Option<IpAddr>,
    pub(crate) version: String,
}

impl Running {
    /// The address of its page, for programs.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// The address of its page, for other machines.
    pub(crate) fn host_url(&self) -> Option<String> {
        self.host.map(|host| format!("http://{}/", SocketAddr::new(host, self.port)))
    }

    /// The address of its page, for browsers: by its own name, wherever that leads here.
    pub(crate) fn page_url(&self) -> String {
        let place = (HOST, self.port);
        // Browsers find such names by themselves, but on macOS some ask the system.
        let is_found = !cfg!(target_os = "macos") || place.to_socket_addrs().is_ok();
        if is_found { format!("http://{HOST}:{}/", self.port) } else { self.url() }
    }
}

/// The daemon that runs, if one does.
pub(crate) fn running(settings: &Settings) -> Option<Running> {
    let text = fs::read_to_string(settings.run_dir().join("daemon.json")).ok()?;
    let running: Running = serde_json::from_str(&text).ok()?;
    let is_alive = process::is_running(running.pid, running.start_ticks) != Some(false);
    (is_alive && Client::new(&settings.socket()).is_there()).then_some(running)
}

/// The daemon, started if none runs; one of another version is replaced.
pub(crate) fn ensure(settings: &Settings, port: Option<u16>) -> Result<Running, CliError> {
    if let Some(found) = running(settings) {
        if found.version == env!("CARGO_PKG_VERSION") {
            return Ok(found);
        }
        stop(settings)?;
    }
    start(settings, port, None)
}

/// The daemon, with a door for other machines at this address; one that runs without it is left alone.
pub(crate) fn ensure_at(
    settings: &Settings,
    port: Option<u16>,
    host: IpAddr,
) -> Result<Running, CliError> {
    if host.is_unspecified() || host.is_loopback() {
        return Err(CliError::misuse(
            format!(
                "{host} is no address that other machines reach this one by; nothing was started"
            ),
            "name one of this machine's own addresses, such as 192.168.1.5",
        ));
    }
    match running(settings) {
        Some(found) if found.host == Some(host) => Ok(found),
        Some(_) => Err(CliError::misuse(
            format!("a daemon runs already, without a door at {host}; it was left alone"),
            "`callboard down`, then this again: agents run on meanwhile",
        )),
        None => start(settings, port, Some(host)),
    }
}

fn start(
    settings: &Settings,
    port: Option<u16>,
    host: Option<IpAddr>,
) -> Result<Running, CliError> {
    let run = settings.run_dir();
    private_folder(&settings.home)?;
    private_folder(&run)?;
    let log_path = run.join("daemon.log");
    let log = fs::OpenOptions::new().create(true).append(true).open(&log_path)?;
    let program = std::env::current_exe()?;
    let mut command = Command::new(program, "/").arg("daemon");
    if let Some(port) = port.or(settings.port) {
        command = command.arg("--port").arg(port.to_string());
    }
    if let Some(host) = host {
        command = command.arg("--host").arg(host.to_string());
    }
    let begun = log.metadata().map(|meta| meta.len()).unwrap_or(0);
    let pid = command
        .detach(Some(log))
        .map_err(|error| CliError::misuse(error.to_string(), "check the installation"))?;
    let deadline = Instant::now() + START_TIME;
    while Instant::now() < deadline {
        if let Some(running) = running(settings) {
            end_late_one(pid, &running);
            return Ok(running);
        }
        // Where another one was faster, its socket is there before it says where it is.
        let is_other = || Client::new(&settings.socket()).is_there();
        if process::is_running(pid, None) == Some(false) && !is_other() {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    // Another command may have started one at the same time.
    if let Some(running) = running(settings) {
        end_late_one(pid, &running);
        return Ok(running);
    }
    let said = fs::read(&log_path).unwrap_or_default();
    let said = String::from_utf8_lossy(
        said.get(usize::try_from(begun).unwrap_or(0)..).unwrap_or_default(),
    )
    .into_owned();
    Err(did_not_start(&said, &log_path))
}

/// Ends a daemon that waits because another was faster: it would take over as soon as that one is told to end.
fn end_late_one(pid: u32, running: &Running) {
    let begun = process::start_ticks(pid);
    if pid == running.pid || !process::ask_to_end(pid, begun) {
        return;
    }
    let deadline = Instant::now() + LOCK_TIME;
    while process::is_running(pid, begun) == Some(true) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Why a daemon did not start, from what it wrote to its log.
fn did_not_start(said: &str, log: &Path) -> CliError {
    let see = format!("its log is {}", log.display());
    let Some((_, error)) = said.rsplit_once("error: ") else {
        return CliError::misuse("the daemon did not start, and does not say why", see);
    };
    let (text, hint) = error.split_once("\n\nhint: ").unwrap_or((error, &see));
    CliError::misuse(format!("the daemon did not start: {}", text.trim()), hint.trim())
}

/// Ends the daemon; gives whether one ran.
pub(crate) fn stop(settings: &Settings) -> Result<bool, CliError> {
    let Some(found) = running(settings) else { return Ok(false) };
    let asked: Result<(), CliError> =
        Client::new(&settings.socket()).send(hyper::Method::POST, "/api/shutdown", &());
    if asked.is_err() && !process::ask_to_end(found.pid, found.start_ticks) {
        return Err(CliError::misuse(
            format!("the daemon (pid {}) could not be asked to end; it runs on", found.pid),
            format!("end it with `kill {}`", found.pid),
        ));
    }
    let deadline = Instant::now() + START_TIME;
    while process::is_running(found.pid, found.start_ticks) == Some(true) {
        if Instant::now() > deadline {
            return Err(CliError::misuse(
                format!("the daemon (pid {}) has not ended yet", found.pid),
                format!("wait, or end it with `kill {}`: what it has committed is kept", found.pid),
            ));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(true)
}

/// Runs the daemon in this process until it is told to end.
pub(crate) fn run(
    settings: &Settings,
    port: Option<u16>,
    host: Option<IpAddr>,
) -> Result<ExitCode, CliError> {
    process::leave_terminal();
    private_folder(&settings.home)?;
    private_folder(&settings.run_dir())?;
    let _lock = lock(settings)?;
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let config = EngineConfig {
        home: settings.home.clone(),
        environment: settings.environment.clone(),
        clock: callboard_os::clock::now,
        trusted: settings.trusted.clone(),
        confine_by: Some(this_program()?),
    };
    let engine = Engine::start(config).map_err(|error| {
        CliError::answered(error.to_string(), error.hint().map(ToOwned::to_owned))
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(callboard_server::limits::CONCURRENT_READS)
        .enable_all()
        .build()?;
    let ended = runtime.block_on(serve(settings, (port, host), engine.clone()));
    engine.stop();
    // Whoever finds these no longer finds a daemon.
    let _ = fs::remove_file(settings.run_dir().join("daemon.json"));
    let _ = fs::remove_file(settings.socket());
    ended.map(|()| ExitCode::SUCCESS)
}

/// The program of this process: after an update, its path may lead to another version.
pub(crate) fn this_program() -> Result<PathBuf, CliError> {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() {
        return Ok(running);
    }
    Ok(std::env::current_exe()?)
}

/// The lock that makes it one daemon per user. One that was just killed may hold it for a moment more.
fn lock(settings: &Settings) -> Result<FileLock, CliError> {
    let path = settings.run_dir().join("daemon.lock");
    let deadline = Instant::now() + LOCK_TIME;
    loop {
        if let Some(lock) = FileLock::try_take(&path)? {
            return Ok(lock);
        }
        if Instant::now() > deadline || Client::new(&settings.socket()).is_there() {
            return Err(CliError::misuse(
                "another daemon runs already; it was left alone",
                "use `callboard up`",
            ));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

async fn serve(
    settings: &Settings,
    (port, host): (Option<u16>, Option<IpAddr>),
    engine: Arc<Engine>,
) -> Result<(), CliError> {
    let wanted = port.or(settings.port);
    let config = ServerConfig {
        port: USUAL_PORT,
        socket: settings.socket(),
        token: token(&settings.run_dir())?,
        host: match host {
            Some(address) => Some((address, host_token(&settings.run_dir())?)),
            None => None,
        },
        editor: settings.editor.clone(),
    };
    let variable = |name: &str| settings.environment.vars.get(name).cloned();
    if let Some(desktop) = Desktop::find(variable).filter(|_| settings.notifications > 0) {
        let notifying =
            callboard_engine::notify_user(engine.clone(), desktop, settings.notifications);
        tokio::spawn(notifying);
    }
    let listening = listen(&engine, config, wanted, &settings.run_dir().join(LAST_PORT)).await?;
    let pid = std::process::id();
    let running = Running {
        pid,
        start_ticks: process::start_ticks(pid),
        port: listening.port,
        host,
        version: env!("CARGO_PKG_VERSION").into(),
    };
    let text = serde_json::to_string(&running).map_err(|e| CliError::misuse(e.to_string(), ""))?;
    write_private(&settings.run_dir().join("daemon.json"), text.as_bytes())?;
    let shutdown = listening.shutdown();
    let settings = settings.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = wait_for_signal() => {}
            () = wait_until_homeless(settings) => {}
        }
        shutdown.send_replace(true);
    });
    Ok(listening.run().await?)
}

/// Listens on the port that was asked for, or on the last one: a page that is open finds it again.
async fn listen(
    engine: &Arc<Engine>,
    mut config: ServerConfig,
    wanted: Option<u16>,
    last: &Path,
) -> Result<Listening, CliError> {
    let known = fs::read_to_string(last).ok().and_then(|text| text.trim().parse().ok());
    let ports = match wanted {
        Some(port) => vec![port],
        None => known.into_iter().chain([USUAL_PORT, 0]).collect(),
    };
    let mut listening = Err(io::Error::from(io::ErrorKind::AddrNotAvailable));
    for port in ports {
        config.port = port;
        listening = callboard_server::serve(Arc::clone(engine), config.clone()).await;
        if listening.is_ok() {
            break;
        }
    }
    let listening = listening.map_err(|error| {
        CliError::misuse(
            match config.host {
                Some((host, _)) => format!("cannot listen at {host} and on loopback: {error}"),
                None => format!("cannot listen on port {}: {error}", wanted.unwrap_or(USUAL_PORT)),
            },
            "choose another with --port; without --port and CALLBOARD_PORT any that is free is taken",
        )
    })?;
    if let Err(error) = write_private(last, listening.port.to_string().as_bytes()) {
        tracing::warn!(%error, "the next daemon may listen on another port");
    }
    Ok(listening)
}

/// Nobody finds a daemon whose home was removed; it would run until the machine is turned off.
async fn wait_until_homeless(settings: Settings) {
    while settings.run_dir().join("daemon.json").exists() {
        tokio::time::sleep(HOME_TIME).await;
    }
}

async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int), Ok(mut hup)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
        signal(SignalKind::hangup()),
    ) else {
        return std::future::pending().await;
    };
    loop {
        tokio::select! {
            _ = term.recv() => return,
            _ = int.recv() => return,
            // The terminal that started us was closed: that is not our end.
            _ = hup.recv() => {}
        }
    }
}

/// What a browser must show; the same over restarts, so that open pages go on.
pub(crate) fn token(run: &Path) -> Result<String, CliError> {
    token_in(&run.join("token"))
}

/// What a browser of another machine must show.
pub(crate) fn host_token(run: &Path) -> Result<String, CliError> {
    token_in(&run.join("host-token"))
}

fn token_in(path: &Path) -> Result<String, CliError> {
    if let Ok(token) = fs::read_to_string(path)
        && token.trim().len() >= 32
    {
        return Ok(token.trim().to_owned());
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        CliError::misuse(format!("the system gives no random numbers: {error}"), "")
    })?;
    let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    write_private(path, token.as_bytes())?;
    Ok(token)
}

/// Writes a file that only its user can read, whole or not at all.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> Result<(), CliError> {
    use std::os::unix::fs::OpenOptionsExt;
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    // A draft that a crash left behind may be anything.
    let _ = fs::remove_file(&draft);
    let mut file = fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    Ok(fs::rename(&draft, path)?)
}

fn private_folder(path: &Path) -> Result<(), CliError> {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(path).map_err(|error| {
        CliError::misuse(
            format!("cannot make {}: {error}", path.display()),
            "set CALLBOARD_HOME to a folder that you may write to",
        )
    })?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o700))?)
}
