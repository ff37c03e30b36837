//! Transcripts as Claude Code writes them, of versions from 2.0 to 2.1.

use std::io::Write;
use std::path::PathBuf;

use super::random::Random;
use super::sheet::Sheet;
use super::time::Clock;
use super::words::{Vocabulary, Writer};
use super::{Oddities, Truth};

const VERSIONS: &[&str] = &["2.0.64", "2.0.76", "2.1.12", "2.1.32", "2.1.42", "2.1.197", "2.1.329"];
const BRANCHES: &[&str] =
    &["main", "feature/login", "fix/flaky-tests", "refactor/store", "release/2"];

/// Where subagents' records stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Subagents {
    /// In the session's own file, as sidechain.
    Inline,
    /// In files beside the session's.
    Beside,
    /// In files below a folder of the session.
    Below,
}

/// One session to write.
#[derive(Debug)]
pub(super) struct ClaudeSession {
    pub(super) folder: PathBuf,
    pub(super) cwd: String,
    pub(super) bytes: u64,
    pub(super) position: f64,
    pub(super) needles: Vec<&'static str>,
    pub(super) oddities: Oddities,
}

impl ClaudeSession {
    /// Writes the session and its subagents; what is in them.
    pub(super) fn write(&self, vocabulary: &Vocabulary, random: Random) -> Truth {
        let mut writer = Writer::new(vocabulary, random);
        let id = writer.uuid();
        let subagents = match writer.random.below(10) {
            0 | 1 => Subagents::Inline,
            2 => Subagents::Beside,
            _ => Subagents::Below,
        };
        let version = (*writer.random.pick(VERSIONS)).to_owned();
        let branch = (*writer.random.pick(BRANCHES)).to_owned();
        let sheet = Sheet::create(&self.folder.join(format!("{id}.jsonl")));
        let voice = Voice { id, agent: None, version, branch, subagents };
        let mut transcript = Transcript::new(self, voice, writer, Clock::at(self.position), sheet);
        transcript.nested = Truth { sessions: 1, claude_sessions: 1, ..Truth::default() };
        transcript.opening();
        let mut prompts = 0;
        while prompts == 0 || transcript.written() < self.bytes {
            let needle = self.needles.get(prompts).copied();
            prompts += 1;
            transcript.exchange(needle);
        }
        let draw = transcript.writer.random.fraction();
        let mut truth = transcript.sheet.finish(self.oddities, draw);
        truth.add(&transcript.nested);
        truth
    }
}

/// Who writes a record, and where.
#[derive(Debug, Clone)]
pub(super) struct Voice {
    pub(super) id: String,
    pub(super) agent: Option<String>,
    pub(super) version: String,
    pub(super) branch: String,
    pub(super) subagents: Subagents,
}

/// A file that is being written: a session's, or a subagent's.
pub(super) struct Transcript<'s, 'v> {
    pub(super) session: &'s ClaudeSession,
    pub(super) voice: Voice,
    pub(super) writer: Writer<'v>,
    pub(super) clock: Clock,
    pub(super) sheet: Sheet,
    pub(super) parent: Option<String>,
    /// Records that a second compaction appends again.
    recent: Vec<Vec<u8>>,
    /// Room for a text that is written twice.
    pub(super) text: Vec<u8>,
    compactions: u32,
    /// What stands in the files of subagents.
    pub(super) nested: Truth,
}

/// Adds formatted text to the record.
macro_rules! put {
    ($transcript:expr, $($format:tt)*) => {
        write!($transcript.sheet.line, $($format)*).unwrap()
    };
}
pub(super) use put;

impl<'s, 'v> Transcript<'s, 'v> {
    pub(super) fn new(
        session: &'s ClaudeSession,
        voice: Voice,
        writer: Writer<'v>,
        clock: Clock,
        sheet: Sheet,
    ) -> Self {
        Self {
            session,
            voice,
            writer,
            clock,
            sheet,
            parent: None,
            recent: Vec::new(),
            text: Vec::new(),
            compactions: 0,
            nested: Truth::default(),
        }
    }

    /// Bytes so far, those of its subagents' files included.
    fn written(&self) -> u64 {
        self.sheet.written + self.nested.bytes
    }

    fn opening(&mut self) {
        if self.writer.random.chance(0.3) {
            let leaf = self.writer.uuid();
            put!(self, r#"{{"type":"summary","summary":""#);
            self.writer.prose(30, &mut self.sheet.line);
            put!(self, r#"","leafUuid":"{leaf}"}}"#);
            self.sheet.end(false);
        }
        self.progress("hook_progress", "SessionStart", |t| {
            put!(t, r#""hookEvent":"SessionStart","hookName":"SessionStart:startup","command":"hook start""#);
        });
    }

    /// A prompt and all that the agent does about it.
    pub(super) fn exchange(&mut self, needle: Option<&str>) {
        self.prompt(needle);
        for _ in 0..self.writer.random.between(2, 16) {
            let message = self.writer.id("msg_");
            if self.writer.random.chance(0.4) {
                self.thinking(&message);
            }
            if self.writer.random.chance(0.3) {
                let length = self.writer.random.spread(180);
                self.say(&message, length);
            }
            self.tool(&message);
        }
        let message = self.writer.id("msg_");
        let length = self.writer.random.spread(700);
        self.say(&message, length);
        self.closing();
    }

    fn closing(&mut self) {
        if self.voice.agent.is_some() {
            return;
        }
        if self.writer.random.chance(0.5) {
            self.open();
            put!(
                self,
                r#""type":"system","subtype":"stop_hook_summary","hookCount":1,"hookInfos":[{{"command":"hook stop"}}],"hookErrors":[],"preventedContinuation":false,"stopReason":"","hasOutput":false,"level":"suggestion","#
            );
            self.close();
        }
        if self.writer.random.chance(0.4) {
            self.file_snapshot();
        }
        if self.sheet.written > 400_000 && self.writer.random.chance(0.05) {
            self.compact();
        }
    }

    /// Begins a record that belongs to the chain.
    pub(super) fn open(&mut self) {
        self.clock.pass(self.writer.random.spread(900));
        match &self.parent {
            Some(parent) => put!(self, r#"{{"parentUuid":"{parent}","#),
            None => put!(self, r#"{{"parentUuid":null,"#),
        }
        let (cwd, id) = (&self.session.cwd, &self.voice.id);
        put!(
            self,
            r#""isSidechain":{},"userType":"external","cwd":"{cwd}","sessionId":"{id}","version":"{}","gitBranch":"{}","#,
            self.voice.agent.is_some(),
            self.voice.version,
            self.voice.branch
        );
        if let Some(agent) = &self.voice.agent {
            put!(self, r#""agentId":"{agent}","#);
        }
    }

    /// Ends a record that belongs to the chain.
    pub(super) fn close(&mut self) {
        let uuid = self.writer.uuid();
        put!(self, r#""uuid":"{uuid}","timestamp":"{}"}}"#, self.clock.text());
        self.parent = Some(uuid);
        if self.sheet.line.len() < 6_000 {
            if self.recent.len() == 24 {
                self.recent.remove(0);
            }
            self.recent.push(self.sheet.line.clone());
        }
        // Eight of the 15,000 real records are followed by the next one on the same line.
        let joined = self.session.oddities == Oddities::Some && self.writer.random.chance(0.0005);
        self.sheet.end(joined);
    }

    fn prompt(&mut self, needle: Option<&str>) {
        self.clock.pass(self.writer.random.spread(60_000));
        let prompt_id = self.writer.uuid();
        self.open();
        put!(self, r#""type":"user","message":{{"role":"user","content":"#);
        let with_image = self.voice.agent.is_none() && self.writer.random.chance(0.02);
        put!(self, "{}", if with_image { r#"[{"type":"text","text":""# } else { "\"" });
        if let Some(needle) = needle {
            put!(self, "{needle} ");
            *self.sheet.truth.needles.entry(needle.to_owned()).or_default() += 1;
        }
        let length = self.writer.random.spread(160);
        self.writer.prose(length, &mut self.sheet.line);
        // No two prompts are equal, as those of people seldom are.
        put!(self, "({})\"", &prompt_id[..8]);
        if with_image {
            let size = self.writer.random.spread(120_000).min(1_000_000);
            put!(
                self,
                r#"}},{{"type":"image","source":{{"type":"base64","media_type":"image/png","data":""#
            );
            self.writer.vocabulary.noise(&mut self.writer.random, size & !3, &mut self.sheet.line);
            put!(self, r#""}}}}]"#);
        }
        put!(
            self,
            r#"}},"promptId":"{prompt_id}","thinkingMetadata":{{"level":"high","disabled":false}},"todos":[],"#
        );
        if self.voice.agent.is_none() {
            self.sheet.truth.prompts += 1;
        }
        self.close();
    }

    /// Begins a record of the assistant, up to its content.
    pub(super) fn open_assistant(&mut self, message: &str) {
        self.open();
        put!(
            self,
            r#""message":{{"model":"claude-opus-4-6","id":"{message}","type":"message","role":"assistant","content":[{{"#
        );
    }

    /// Ends a record of the assistant behind its content.
    pub(super) fn close_assistant(&mut self) {
        let (cached, written) = (self.writer.random.spread(40_000), self.writer.random.spread(900));
        let (output, request) = (self.writer.random.spread(120), self.writer.id("req_"));
        put!(
            self,
            r#"}}],"stop_reason":null,"stop_sequence":null,"usage":{{"input_tokens":3,"cache_creation_input_tokens":{written},"cache_read_input_tokens":{cached},"cache_creation":{{"ephemeral_5m_input_tokens":{written},"ephemeral_1h_input_tokens":0}},"output_tokens":{output},"service_tier":"standard"}}}},"requestId":"{request}","type":"assistant","#
        );
        self.close();
    }

    fn thinking(&mut self, message: &str) {
        self.open_assistant(message);
        put!(self, r#""type":"thinking","thinking":""#);
        let length = self.writer.random.spread(240);
        self.writer.prose(length, &mut self.sheet.line);
        put!(self, r#"","signature":""#);
        let length = self.writer.random.spread(700) & !3;
        self.writer.vocabulary.noise(&mut self.writer.random, length, &mut self.sheet.line);
        put!(self, "\"");
        self.close_assistant();
    }

    pub(super) fn say(&mut self, message: &str, length: usize) {
        self.open_assistant(message);
        put!(self, r#""type":"text","text":""#);
        self.writer.prose(length, &mut self.sheet.line);
        put!(self, "\"");
        self.close_assistant();
    }

    /// A record that tells how far something is.
    pub(super) fn progress(&mut self, kind: &str, tool: &str, data: impl FnOnce(&mut Self)) {
        let parent = self.parent.clone();
        self.open();
        put!(self, r#""type":"progress","data":{{"type":"{kind}","#);
        data(self);
        put!(self, r#"}},"toolUseID":"{kind}-0","parentToolUseID":"{tool}","#);
        self.close();
        // What follows is chained to what stood in front.
        self.parent = parent;
    }

    fn file_snapshot(&mut self) {
        let id = self.writer.uuid();
        let now = self.clock.text();
        put!(
            self,
            r#"{{"type":"file-history-snapshot","messageId":"{id}","snapshot":{{"messageId":"{id}","trackedFileBackups":{{"#
        );
        for n in 0..self.writer.random.between(1, 6) {
            let (path, comma) = (self.writer.path(), if n == 0 { "" } else { "," });
            put!(
                self,
                r#"{comma}"{path}{n}":{{"backupFileName":"{n}@v1","version":1,"backupTime":"{now}"}}"#
            );
        }
        put!(self, r#"}},"timestamp":"{now}"}},"isSnapshotUpdate":false}}"#);
        self.sheet.end(false);
    }

    /// The conversation is summarised; a second time, recent records are appended again.
    fn compact(&mut self) {
        let before = self.parent.take().unwrap_or_default();
        self.open();
        put!(
            self,
            r#""type":"system","subtype":"compact_boundary","logicalParentUuid":"{before}","content":"Conversation compacted","isMeta":false,"level":"info","compactMetadata":{{"trigger":"auto","preTokens":155000}},"#
        );
        self.close();
        self.open();
        put!(
            self,
            r#""type":"user","isCompactSummary":true,"isVisibleInTranscriptOnly":true,"message":{{"role":"user","content":"This session is being continued from a previous conversation. "#
        );
        self.writer.prose(4_000, &mut self.sheet.line);
        put!(self, r#""}},"#);
        self.close();
        self.compactions += 1;
        self.sheet.truth.compactions += 1;
        if self.compactions > 1 && self.session.oddities == Oddities::Some {
            for line in std::mem::take(&mut self.recent) {
                self.sheet.repeat(&line);
            }
        }
    }
}
