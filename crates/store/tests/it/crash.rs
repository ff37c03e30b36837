//! The writer is killed at any moment; what it had committed is whole, and nothing is there twice.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use callboard_model::{EventKind, Ordinal, ThreadKey, Timestamp};
use callboard_store::{
    Arrival, BlockBuilder, Codec, Cursor, Durability, IndexText, LogKind, NewEvent, RecordMeta,
    RecordPlace, Result, SourceId, Store,
};

use crate::scene::{AGENT, now, source_row};

const DIR: &str = "CALLBOARD_STORE_CRASH_DIR";
const KILLS: u64 = 10;
const RECORD: u64 = 200;

/// Runs in the process that is killed; does nothing in any other.
#[test]
fn writer_that_is_killed() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let mut store = Store::open(Path::new(&dir)).unwrap();
    let mut batch = store.reader().unwrap().snapshot(batches).unwrap();
    loop {
        let level = if batch.is_multiple_of(3) { Durability::Full } else { Durability::Normal };
        store.write(level, now(), |w| write_batch(w, batch)).unwrap();
        if batch.is_multiple_of(7) {
            store.write(Durability::Normal, now(), |w| w.merge_blocks(4)).unwrap();
        }
        if batch.is_multiple_of(11) {
            store.checkpoint().unwrap();
        }
        batch += 1;
        println!("committed {batch}");
    }
}

fn batches(s: &callboard_store::Snapshot<'_>) -> Result<u64> {
    let cursor = s.sources()?.first().map_or(0, |source| source.row.cursor.offset);
    Ok(cursor / RECORD / 5)
}

/// Five records, an event of each, and the cursor behind them.
fn write_batch(w: &mut callboard_store::Write<'_>, batch: u64) -> Result<()> {
    let source = w.put_source(&source_row(Path::new("/x.jsonl"), 1))?;
    let (session, _) = w.session_of(&AGENT, &ThreadKey::main("x"))?;
    let mut builder = BlockBuilder::new(Codec::Raw);
    let keys: Vec<String> = (batch * 5..batch * 5 + 5).map(|n| format!("key{n}")).collect();
    let mut events = Vec::new();
    for (n, key) in (batch * 5..).zip(&keys) {
        let text = format!("{key} says that onChange{n} was kept {}", "well ".repeat(20));
        let meta = RecordMeta {
            offset: n * RECORD,
            length: RECORD,
            hash: n,
            record_type: "said".into(),
            kept_length: text.len(),
        };
        assert!(builder.push(&meta, text.as_bytes()).is_none());
        events.push(NewEvent {
            ordinal: Ordinal(n.cast_signed()),
            at: Some(Timestamp::from_millisecond(n.cast_signed())),
            kind: EventKind::Text,
            key,
            place: RecordPlace { source, generation: 0, offset: n * RECORD },
            text: Some(IndexText::of("", &text)),
            own: false,
            paths: &[],
        });
    }
    if let Some(block) = builder.finish() {
        assert!(w.put_block(source, 0, &block)?);
    }
    let arrival = if batch.is_multiple_of(2) { Arrival::Live } else { Arrival::Backfill };
    let appended = w.append_events(session, &events, arrival)?;
    assert!(appended.stored.iter().all(|stored| stored.news().is_some()));
    w.log(LogKind::transient("advanced"), "S1", &batch.into())?;
    let cursor = Cursor { offset: (batch + 1) * 5 * RECORD, head_hash: 7, ..Cursor::default() };
    w.advance_source(source, &cursor)
}

#[allow(clippy::disallowed_methods, reason = "the test kills its own process, which it starts")]
fn start(dir: &Path) -> Child {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args(["crash::writer_that_is_killed", "--exact", "--nocapture"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn what_was_committed_survives_every_kill_whole_and_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..KILLS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut child = start(dir.path());
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let told = lines
            .map_while(|line| line.ok())
            .filter_map(|line| line.rsplit_once("committed ")?.1.parse::<u64>().ok())
            .nth(usize::try_from(5 + random % 60).unwrap())
            .unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        check(dir.path(), told);
    }
}

fn check(dir: &Path, told: u64) {
    let store = Store::open(dir).unwrap();
    let mut reader = store.reader().unwrap();
    let records = reader
        .snapshot(|s| {
            assert_eq!(s.damage()?, None);
            assert!(batches(s)? >= told, "a commit that was told is gone");
            let mut records = 0;
            s.each_record(SourceId(1), 0, 0, |record| {
                assert_eq!(record.hash, records);
                assert!(record.text.starts_with(&format!("key{records} ")));
                records += 1;
                Ok(true)
            })?;
            assert_eq!(records, batches(s)? * 5);
            let totals = s.totals()?;
            assert_eq!((totals.events, totals.indexed), (records, records));
            Ok(records)
        })
        .unwrap();
    let conn = rusqlite::Connection::open(dir.join(callboard_store::DATABASE)).unwrap();
    conn.execute("INSERT INTO fts (fts) VALUES ('integrity-check')", []).unwrap();
    let found: i64 = conn
        .query_row("SELECT count(*) FROM fts WHERE fts MATCH 'says AND kept'", [], |r| r.get(0))
        .unwrap();
    assert_eq!(found.cast_unsigned(), records);
}
