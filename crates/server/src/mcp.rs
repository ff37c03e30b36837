//! The Model Context Protocol: what agents ask of Callboard while they work. `callboard mcp` forwards it to the socket.

mod tools;

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use axum::http::request::Parts;
use callboard_engine::Caller;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, RoleServer, ServerHandler};

use crate::App;

/// Told to each agent; some read the first 512 characters.
const INSTRUCTIONS: &str = "Callboard sees the work of all agents in this repository. Before you change what others \
    may be changing, say which paths with `claim`; `conflicts` tells whom your changes meet; `commit` commits exactly \
    what you wrote, whatever else lies in the folder.";

/// Answers each message by itself: nothing is lost when the daemon is replaced.
pub(crate) fn service(app: App) -> StreamableHttpService<Tools, NeverSessionManager> {
    // Only programs of this user reach the socket, by no name of a host.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_allowed_hosts(["localhost"]);
    StreamableHttpService::new(
        move || Ok(Tools { app: app.clone() }),
        NeverSessionManager::default().into(),
        config,
    )
}

/// What agents can ask for.
pub(crate) struct Tools {
    app: App,
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        let mut info = ServerConfig::new(capabilities);
        info.server_info = Implementation::new("callboard", env!("CARGO_PKG_VERSION"));
        info.instructions = Some(INSTRUCTIONS.to_owned());
        info
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let caller = caller(&context, &request);
        let engine = self.app.engine.clone();
        let wanted = serde_json::Value::Object(request.arguments.unwrap_or_default());
        let name = request.name.into_owned();
        let done =
            tokio::task::spawn_blocking(move || tools::call(&engine, &caller, &name, wanted));
        let result = match done.await {
            Ok(Ok(text)) => CallToolResult::success(vec![ContentBlock::text(text)]),
            Ok(Err(refused)) => CallToolResult::error(vec![ContentBlock::text(refused)]),
            Err(error) => return Err(ErrorData::internal_error(error.to_string(), None)),
        };
        Ok(result.into())
    }
}

/// Who calls: what its server's process knows, and what is said with each call.
fn caller(context: &RequestContext<RoleServer>, request: &CallToolRequestParams) -> Caller {
    let parts = context.extensions.get::<Parts>();
    let header = |name: &str| {
        let value = parts.and_then(|parts| parts.headers.get(name)?.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    Caller {
        agent: header("callboard-agent"),
        native: header("callboard-session"),
        // It stands with the call or around it, by the version of the protocol.
        said: [serde_json::to_value(&request.meta), serde_json::to_value(&context.meta)]
            .map(Result::unwrap_or_default)
            .into(),
        cwd: decoded(&header("callboard-cwd")),
    }
}

/// A path from a header, in which some bytes stand as `%41`.
fn decoded(text: &str) -> PathBuf {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    PathBuf::from(OsString::from_vec(bytes))
}
