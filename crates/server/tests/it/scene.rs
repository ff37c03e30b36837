//! A server over an engine, in this process.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use callboard_engine::{Engine, EngineConfig, Environment};
use callboard_server::{ServerConfig, serve};
use callboard_testkit::HermeticHome;
use callboard_testkit::daemon::Client;
use tokio::sync::watch;

pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A running server; it ends when dropped.
pub(crate) struct Server {
    pub(crate) engine: Arc<Engine>,
    pub(crate) port: u16,
    shutdown: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(home: &HermeticHome) -> Self {
        Self::start_at(home, None)
    }

    /// As [`Self::start`], with a door at this address that opens to this token.
    pub(crate) fn start_at(home: &HermeticHome, host: Option<(IpAddr, String)>) -> Self {
        let vars: BTreeMap<String, String> = home
            .variables()
            .into_iter()
            .map(|(name, value)| (name.into_string().unwrap(), value.into_string().unwrap()))
            .collect();
        let trusted = vars.get("CALLBOARD_TRUST").into_iter().map(Into::into).collect();
        let environment = Environment { home: home.user_home(), vars };
        let clock = callboard_os::clock::now;
        let config = EngineConfig {
            home: home.callboard_home(),
            environment,
            clock,
            trusted,
            confine_by: None,
        };
        let engine = Engine::start(config).unwrap();
        let config = ServerConfig {
            port: 0,
            socket: home.callboard_home().join("callboard.sock"),
            token: TOKEN.to_owned(),
            host,
            editor: None,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let listening = runtime.block_on(serve(engine.clone(), config)).unwrap();
        let (port, shutdown) = (listening.port, listening.shutdown());
        let thread = std::thread::spawn(move || runtime.block_on(listening.run()).unwrap());
        Self { engine, port, shutdown, thread: Some(thread) }
    }

    /// A browser that is signed in.
    pub(crate) fn client(&self) -> Client {
        Client::sign_in(&format!("http://127.0.0.1:{}/", self.port), TOKEN)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shutdown.send_replace(true);
        self.thread.take().unwrap().join().unwrap();
        self.engine.stop();
    }
}
