//! Rollouts as Codex writes them, in the three shapes that they had.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::random::Random;
use super::sheet::Sheet;
use super::time::Clock;
use super::words::{Vocabulary, Writer};
use super::{Oddities, Truth};

/// The shape of a rollout.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    /// Until about 0.40: items as they are.
    Bare,
    /// Then: `{timestamp, type, payload}`, the context repeated with every step.
    Wrapped,
    /// Since 0.145: with ordinals, and items completed; forks refer to their parent's beginning.
    Paginated,
}

/// One thread to write.
#[derive(Debug)]
pub(super) struct CodexThread {
    /// `$CODEX_HOME`.
    pub(super) home: PathBuf,
    pub(super) cwd: String,
    pub(super) bytes: u64,
    pub(super) position: f64,
    pub(super) needles: Vec<&'static str>,
    pub(super) oddities: Oddities,
}

/// Where a fork leaves its parent.
#[derive(Debug, Clone)]
struct ForkPoint {
    thread: String,
    ordinal: u64,
    offset: u64,
}

impl CodexThread {
    /// Writes the thread, and now and then a fork of it; what is in them.
    pub(super) fn write(&self, vocabulary: &Vocabulary, random: Random) -> Truth {
        let mut writer = Writer::new(vocabulary, random);
        let shape = match writer.random.below(10) {
            0 => Shape::Bare,
            1..4 => Shape::Wrapped,
            _ => Shape::Paginated,
        };
        let compressed = shape != Shape::Bare && writer.random.chance(0.2);
        let with_fork = shape == Shape::Paginated && !compressed && writer.random.chance(0.1);
        let bytes = if with_fork { self.bytes / 2 } else { self.bytes };
        let mut rollout = Rollout::create(self, shape, compressed, writer);
        rollout.header(None);
        let fork_point = rollout.fill(&self.needles, bytes);
        let (mut truth, writer) = rollout.finish();
        if with_fork {
            let mut fork = Rollout::create(self, shape, false, writer);
            fork.header(Some(&fork_point));
            fork.ordinal = fork_point.ordinal;
            fork.fill(&[], bytes);
            truth.add(&fork.finish().0);
            truth.forks += 1;
        }
        truth
    }
}

struct Rollout<'t, 'v> {
    thread: &'t CodexThread,
    id: String,
    shape: Shape,
    writer: Writer<'v>,
    clock: Clock,
    sheet: Sheet,
    ordinal: u64,
    instructions: Vec<u8>,
    text: Vec<u8>,
}

macro_rules! put {
    ($rollout:expr, $($format:tt)*) => {
        write!($rollout.sheet.line, $($format)*).unwrap()
    };
}

impl<'t, 'v> Rollout<'t, 'v> {
    fn create(
        thread: &'t CodexThread,
        shape: Shape,
        compressed: bool,
        mut writer: Writer<'v>,
    ) -> Self {
        let clock = Clock::at(thread.position);
        let id = writer.uuid();
        let path = rollout_path(&thread.home, &clock, &id, compressed);
        let mut instructions = Vec::new();
        let length = writer.random.spread(5_000);
        writer.prose(length, &mut instructions);
        Self {
            thread,
            id,
            shape,
            writer,
            sheet: Sheet::create(&path),
            clock,
            ordinal: 0,
            instructions,
            text: Vec::new(),
        }
    }

    fn finish(mut self) -> (Truth, Writer<'v>) {
        let draw = self.writer.random.fraction();
        let mut truth = self.sheet.finish(self.thread.oddities, draw);
        truth.sessions += 1;
        truth.codex_sessions += 1;
        (truth, self.writer)
    }

    /// Begins a record, up to the first field of its payload.
    fn open(&mut self, kind: &str) {
        self.clock.pass(self.writer.random.spread(700));
        if self.shape == Shape::Bare {
            return put!(self, "{{");
        }
        put!(self, r#"{{"timestamp":"{}","#, self.clock.text());
        if self.shape == Shape::Paginated {
            put!(self, r#""ordinal":{},"#, self.ordinal);
            self.ordinal += 1;
        }
        put!(self, r#""type":"{kind}","payload":{{"#);
    }

    fn close(&mut self) {
        put!(self, "{}", if self.shape == Shape::Bare { "}" } else { "}}" });
        self.sheet.end(false);
    }

    fn header(&mut self, fork: Option<&ForkPoint>) {
        let (id, now, cwd) = (self.id.clone(), self.clock.text(), &self.thread.cwd);
        let git =
            r#""git":{"commit_hash":"0123456789abcdef0123456789abcdef01234567","branch":"main"}"#;
        if self.shape == Shape::Bare {
            put!(self, r#"{{"id":"{id}","timestamp":"{now}","instructions":null,{git}}}"#);
            self.sheet.end(false);
            put!(self, r#"{{"record_type":"state"}}"#);
            self.sheet.end(false);
        } else {
            let (version, more) = match (self.shape, fork) {
                (Shape::Paginated, Some(point)) => (
                    "0.169.0",
                    format!(
                        r#","history_mode":"paginated","forked_from_id":"{0}","history_base":{{"thread_id":"{0}","end_ordinal_exclusive":{1},"end_byte_offset":{2}}}"#,
                        point.thread, point.ordinal, point.offset
                    ),
                ),
                (Shape::Paginated, None) => {
                    ("0.169.0", r#","history_mode":"paginated""#.to_owned())
                }
                _ => ("0.104.0", String::new()),
            };
            let cwd = cwd.clone();
            self.open("session_meta");
            put!(
                self,
                r#""id":"{id}","timestamp":"{now}","cwd":"{cwd}","originator":"codex_cli_rs","cli_version":"{version}","source":"cli",{git}{more}"#
            );
            self.close();
        }
        // Rules and surroundings arrive as messages of the user.
        let instructions = self.instructions.clone();
        let cwd = &self.thread.cwd;
        let rules = format!("# AGENTS.md instructions for {cwd}\\n\\n");
        self.message("user", &[rules.as_bytes(), &instructions].concat());
        let surroundings =
            format!("<environment_context>\\n  <cwd>{cwd}</cwd>\\n</environment_context>");
        self.message("user", surroundings.as_bytes());
    }

    /// Writes exchanges until the file has its size; a place in it that a fork may leave from.
    fn fill(&mut self, needles: &[&str], bytes: u64) -> ForkPoint {
        let at = |r: &Self| ForkPoint {
            thread: r.id.clone(),
            ordinal: r.ordinal,
            offset: r.sheet.written + 1,
        };
        let mut point = at(self);
        let mut prompts = 0;
        while prompts == 0 || self.sheet.written < bytes {
            self.exchange(needles.get(prompts).copied());
            prompts += 1;
            if self.sheet.written < bytes / 2 || prompts == 1 {
                point = at(self);
            }
        }
        point
    }

    fn exchange(&mut self, needle: Option<&str>) {
        self.clock.pass(self.writer.random.spread(60_000));
        let mut prompt = Vec::new();
        if let Some(needle) = needle {
            prompt.extend_from_slice(format!("{needle} ").as_bytes());
            *self.sheet.truth.needles.entry(needle.to_owned()).or_default() += 1;
        }
        let length = self.writer.random.spread(160);
        self.writer.prose(length, &mut prompt);
        prompt.extend_from_slice(format!("({:08x})", self.writer.random.next() >> 32).as_bytes());
        self.sheet.truth.prompts += 1;
        self.turn_context();
        self.message("user", &prompt);
        self.event("user_message", "message", &prompt);
        for _ in 0..self.writer.random.between(2, 14) {
            self.step();
        }
        let mut answer = std::mem::take(&mut self.text);
        answer.clear();
        let length = self.writer.random.spread(700);
        self.writer.prose(length, &mut answer);
        self.event("agent_message", "message", &answer);
        self.message("assistant", &answer);
        self.text = answer;
        self.token_count();
        if self.sheet.written > 200_000 && self.writer.random.chance(0.06) {
            self.compacted();
        }
    }

    fn message(&mut self, role: &str, text: &[u8]) {
        self.open("response_item");
        let kind = if role == "assistant" { "output_text" } else { "input_text" };
        put!(self, r#""type":"message","role":"{role}","content":[{{"type":"{kind}","text":""#);
        self.sheet.put(text);
        put!(self, r#""}}]"#);
        self.close();
    }

    /// An event that repeats what an item says.
    fn event(&mut self, kind: &str, field: &str, text: &[u8]) {
        if self.shape == Shape::Bare {
            return;
        }
        self.open("event_msg");
        put!(self, r#""type":"{kind}","{field}":""#);
        self.sheet.put(text);
        put!(self, "\"");
        self.close();
    }

    fn turn_context(&mut self) {
        if self.shape == Shape::Bare {
            return;
        }
        let cwd = &self.thread.cwd;
        let cwd = cwd.clone();
        self.open("turn_context");
        put!(
            self,
            r#""cwd":"{cwd}","approval_policy":"on-request","sandbox_policy":{{"mode":"workspace-write","network_access":false}},"model":"gpt-5.5","effort":"high","summary":"auto""#
        );
        if self.shape == Shape::Wrapped {
            put!(self, r#","user_instructions":""#);
            self.sheet.line.extend_from_slice(&self.instructions);
            put!(self, "\"");
        }
        self.close();
    }

    fn step(&mut self) {
        if self.shape == Shape::Wrapped {
            self.turn_context();
        }
        self.reasoning();
        if self.writer.random.chance(0.3) {
            self.patch();
        } else {
            self.command();
        }
        self.token_count();
    }

    fn reasoning(&mut self) {
        let mut text = Vec::new();
        let length = self.writer.random.spread(90);
        self.writer.prose(length, &mut text);
        self.open("response_item");
        put!(self, r#""type":"reasoning","summary":[{{"type":"summary_text","text":""#);
        self.sheet.put(&text);
        put!(self, r#""}}],"encrypted_content":""#);
        let length = self.writer.random.spread(1_200);
        self.writer.vocabulary.noise(&mut self.writer.random, length, &mut self.sheet.line);
        put!(self, "\"");
        self.close();
        self.event("agent_reasoning", "text", &text);
    }

    fn command(&mut self) {
        let call = self.writer.id("call_");
        let mut name = Vec::new();
        self.writer.identifier(&mut name);
        let name = String::from_utf8_lossy(&name).into_owned();
        let mut output = Vec::new();
        let length = self.writer.random.spread(1_800);
        self.writer.output(length, &mut output);
        let exit_code = usize::from(self.writer.random.chance(0.15));
        self.open("response_item");
        let (tool, arguments) = match self.shape {
            Shape::Paginated => ("exec_command", format!(r#"{{\"cmd\":\"rg -n {name}\"}}"#)),
            _ => ("shell", format!(r#"{{\"command\":[\"bash\",\"-lc\",\"rg -n {name}\"]}}"#)),
        };
        put!(
            self,
            r#""type":"function_call","name":"{tool}","arguments":"{arguments}","call_id":"{call}""#
        );
        self.close();
        if self.shape == Shape::Paginated {
            let cwd = self.thread.cwd.clone();
            self.open("event_msg");
            put!(
                self,
                r#""type":"item_completed","item":{{"type":"CommandExecution","id":"{call}","command":["bash","-lc","rg -n {name}"],"cwd":"{cwd}","exit_code":{exit_code},"status":"completed","duration":{{"secs":0,"nanos":40000000}},"aggregated_output":""#
            );
            self.sheet.put(&output);
            put!(self, r#""}}"#);
            self.close();
        }
        self.open("response_item");
        put!(self, r#""type":"function_call_output","call_id":"{call}","output":""#);
        if self.shape == Shape::Paginated {
            put!(self, r"Process exited with code {exit_code}\nOutput:\n");
            self.sheet.put(&output);
        } else {
            // The result is JSON within a string: what is escaped once is escaped again.
            put!(self, r#"{{\"output\":\""#);
            escape_again(&output, &mut self.sheet.line);
            put!(
                self,
                r#"\",\"metadata\":{{\"exit_code\":{exit_code},\"duration_seconds\":0.4}}}}"#
            );
        }
        put!(self, "\"");
        self.sheet.truth.tool_results += 1;
        self.close();
    }

    fn patch(&mut self) {
        let (call, path) = (self.writer.id("call_"), self.writer.path());
        let mut code = Vec::new();
        let length = self.writer.random.spread(700);
        self.writer.code(length, &mut code);
        self.open("response_item");
        put!(
            self,
            r#""type":"custom_tool_call","status":"completed","call_id":"{call}","name":"apply_patch","input":"*** Begin Patch\n*** Add File: {path}\n"#
        );
        let mut rest = code.as_slice();
        while let Some(end) = rest.windows(2).position(|w| w == b"\\n") {
            self.sheet.line.push(b'+');
            self.sheet.line.extend_from_slice(&rest[..end + 2]);
            rest = &rest[end + 2..];
        }
        put!(self, r#"*** End Patch\n""#);
        self.close();
        self.open("response_item");
        put!(
            self,
            r#""type":"custom_tool_call_output","call_id":"{call}","output":"Success. Updated the following files:\nA {path}\n""#
        );
        self.sheet.truth.tool_results += 1;
        self.close();
    }

    fn token_count(&mut self) {
        if self.shape == Shape::Bare {
            return;
        }
        let (input, output) = (self.writer.random.spread(40_000), self.writer.random.spread(300));
        let total = input + output;
        let usage = format!(
            r#"{{"input_tokens":{input},"cached_input_tokens":{},"output_tokens":{output},"reasoning_output_tokens":0,"total_tokens":{total}}}"#,
            input / 2
        );
        self.open("event_msg");
        put!(
            self,
            r#""type":"token_count","info":{{"total_token_usage":{usage},"last_token_usage":{usage},"model_context_window":272000}},"rate_limits":{{"primary":{{"used_percent":4.0,"window_minutes":299}}}}"#
        );
        self.close();
    }

    /// The conversation is summarised: what replaces it stands in one line.
    fn compacted(&mut self) {
        self.sheet.truth.compactions += 1;
        self.open("compacted");
        put!(self, r#""message":"","replacement_history":["#);
        for n in 0..self.writer.random.between(20, 80) {
            put!(self, "{}", if n == 0 { "" } else { "," });
            put!(
                self,
                r#"{{"type":"message","role":"user","content":[{{"type":"input_text","text":""#
            );
            let length = self.writer.random.spread(800);
            self.writer.prose(length, &mut self.sheet.line);
            put!(self, r#""}}]}}"#);
        }
        put!(self, "]");
        self.close();
    }
}

fn rollout_path(home: &Path, clock: &Clock, id: &str, compressed: bool) -> PathBuf {
    let (year, month, day) = clock.date();
    let time = clock.text()[..19].replace(':', "-");
    let ending = if compressed { "jsonl.zst" } else { "jsonl" };
    home.join(format!("sessions/{year}/{month:02}/{day:02}/rollout-{time}-{id}.{ending}"))
}

/// Escapes text for a JSON string that stands in a JSON string, given what is escaped once.
fn escape_again(escaped: &[u8], out: &mut Vec<u8>) {
    for byte in escaped {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'"' => out.extend_from_slice(b"\\\""),
            byte => out.push(*byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_twice_reads_as_what_it_was() {
        let mut line = br#""{\"output\":\""#.to_vec();
        escape_again(br#"say \"hi\"\n"#, &mut line);
        line.extend_from_slice(br#"\"}""#);
        let outer: String = serde_json::from_slice(&line).unwrap();
        let inner: serde_json::Value = serde_json::from_str(&outer).unwrap();
        assert_eq!(inner["output"], "say \"hi\"\n");
    }
}
