use std::path::Path;

use callboard_store::{
    BlobStore, Block, BlockBuilder, Codec, Cursor, RecordMeta, RecordPlace, SourceId, StoreError,
};
use proptest::prelude::*;

use crate::scene::{Scene, source_row};

/// Records: gap before it, type, kept text and how often it is repeated, bytes dropped.
type Drafts = Vec<(u64, u8, (String, usize), u64)>;

fn drafts() -> impl Strategy<Value = Drafts> {
    let kept = (".{0,9}", prop_oneof![0usize..9, 5_000usize..50_000]);
    prop::collection::vec((0u64..50, 0u8..4, kept, 1u64..1_000_000), 1..60)
}

fn records(drafts: &Drafts) -> Vec<(RecordMeta<'static>, String)> {
    let mut end = 0;
    drafts
        .iter()
        .map(|(gap, kind, (kept, times), dropped)| {
            let kept = kept.repeat(*times);
            let offset = end + gap;
            let length = kept.len() as u64 + dropped;
            end = offset + length;
            let meta = RecordMeta {
                offset,
                length,
                hash: offset.wrapping_mul(0x9e37_79b9_7f4a_7c15),
                record_type: format!("type/{kind}").into(),
                kept_length: kept.len(),
            };
            (meta, kept)
        })
        .collect()
}

fn blocks(records: &[(RecordMeta<'static>, String)], codec: Codec, per_block: usize) -> Vec<Block> {
    let mut builder = BlockBuilder::new(codec);
    let mut blocks = Vec::new();
    for (i, (meta, kept)) in records.iter().enumerate() {
        if i % per_block == 0 {
            blocks.extend(builder.finish());
        }
        blocks.extend(builder.push(meta, kept.as_bytes()));
    }
    blocks.extend(builder.finish());
    blocks
}

fn check(scene: &mut Scene, source: SourceId, records: &[(RecordMeta<'static>, String)]) {
    let mut seen = Vec::new();
    scene.read(|s| {
        s.each_record(source, 0, 0, |record| {
            seen.push(record);
            Ok(true)
        })
    });
    assert_eq!(seen.len(), records.len());
    for (found, (meta, kept)) in seen.iter().zip(records) {
        assert_eq!(found.place.offset, meta.offset);
        assert_eq!((found.length, found.hash), (meta.length, meta.hash));
        assert_eq!(found.record_type, meta.record_type);
        assert_eq!(&found.text, kept);
    }
    let mut places: Vec<RecordPlace> = seen.iter().map(|r| r.place).collect();
    places.reverse();
    let found = scene.read(|s| s.records(&places));
    assert!(found.iter().rev().flatten().eq(&seen));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn records_come_back_whole_before_and_after_merging(drafts in drafts(), per_block in 1usize..9) {
        let mut scene = Scene::new();
        let source = scene.write(|w| w.put_source(&source_row(Path::new("/x.jsonl"), 1)));
        let records = records(&drafts);
        let blocks = blocks(&records, Codec::Raw, per_block);
        for block in &blocks {
            prop_assert!(scene.write(|w| w.put_block(source, 0, block)));
        }
        check(&mut scene, source, &records);
        while scene.write(|w| w.merge_blocks(3)) > 0 {}
        check(&mut scene, source, &records);
        for block in &blocks {
            prop_assert!(!scene.write(|w| w.put_block(source, 0, block)), "stored twice");
        }
        check(&mut scene, source, &records);
    }
}

#[test]
fn records_read_again_in_larger_pieces_are_kept_once() {
    let mut scene = Scene::new();
    let source = scene.write(|w| w.put_source(&source_row(Path::new("/x.jsonl"), 1)));
    let drafts: Drafts = (0..9).map(|i| (1, 0, (format!("line {i}"), 1), 0)).collect();
    let records = records(&drafts);
    for block in &blocks(&records, Codec::Raw, 1)[..5] {
        assert!(scene.write(|w| w.put_block(source, 0, block)));
    }
    let [all] = &blocks(&records, Codec::Raw, 9)[..] else { panic!("one block") };
    assert!(scene.write(|w| w.put_block(source, 0, all)));
    check(&mut scene, source, &records);
}

#[test]
fn small_blocks_are_merged_until_few_are_left() {
    let mut scene = Scene::new();
    let source = scene.write(|w| w.put_source(&source_row(Path::new("/x.jsonl"), 1)));
    let drafts: Drafts =
        (0..1_000).map(|i| (1, 0, (format!("line {i} of a session"), 1), 0)).collect();
    let records = records(&drafts);
    for block in blocks(&records, Codec::Raw, 1) {
        scene.write(|w| w.put_block(source, 0, &block));
        if block.start % 7 == 0 {
            scene.write(|w| w.merge_blocks(10));
        }
    }
    while scene.write(|w| w.merge_blocks(10)) > 0 {}
    check(&mut scene, source, &records);
    assert!(scene.count("block") <= 20, "{}", scene.count("block"));
}

#[test]
fn a_file_that_moved_keeps_its_source_and_one_in_its_place_does_not() {
    let mut scene = Scene::new();
    let (a, b) = (Path::new("/a.jsonl"), Path::new("/b.jsonl"));
    let id = scene.write(|w| w.put_source(&source_row(a, 1)));
    assert_eq!(scene.write(|w| w.put_source(&source_row(b, 1))), id);
    let other = scene.write(|w| {
        let mut row = source_row(a, 2);
        row.cursor.head_hash = 8;
        w.put_source(&row)
    });
    assert_ne!(other, id);
    // The other one is renamed over the first.
    let mut row = source_row(b, 2);
    row.cursor.head_hash = 8;
    assert_eq!(scene.write(|w| w.put_source(&row)), other);
    let sources = scene.read(|s| s.sources());
    assert_eq!(sources.iter().map(|s| s.gone_at.is_some()).collect::<Vec<_>>(), [true, false]);
    assert_eq!(sources[1].row.path, b);
}

#[test]
fn a_cursor_is_kept_with_its_state_and_clears_the_problem() {
    let mut scene = Scene::new();
    let id = scene.write(|w| w.put_source(&source_row(Path::new("/a"), u64::MAX)));
    let problem = callboard_store::SourceProblem {
        text: "not readable".into(),
        at: crate::scene::now(),
        retry_at: None,
    };
    scene.write(|w| w.set_source_problem(id, Some(&problem)));
    assert_eq!(scene.read(|s| s.source(id)).unwrap().problem, Some(problem));
    let cursor = Cursor {
        generation: 2,
        offset: 1 << 40,
        size: 1 << 41,
        modified: Some(crate::scene::now()),
        head_hash: u64::MAX,
        tail_hash: 3,
        parser_version: 4,
        parser_state: Some("{}".into()),
    };
    scene.write(|w| w.advance_source(id, &cursor));
    let source = scene.read(|s| s.source(id)).unwrap();
    assert_eq!((source.row.cursor, source.problem), (cursor, None));
    assert_eq!(source.row.inode, u64::MAX);
}

#[test]
fn blobs_are_kept_once_and_read_back_only_whole() {
    let scene = Scene::new();
    let blobs = BlobStore::new(scene.dir.path());
    let picture = b"\x89PNG ".repeat(1000);
    let blob = blobs.put(&picture).unwrap();
    assert_eq!(blobs.put(&picture).unwrap(), blob);
    assert_eq!(blobs.get(&blob.hash).unwrap().as_deref(), Some(picture.as_slice()));
    assert_eq!(blobs.get(&"0".repeat(64)).unwrap(), None);
    assert_eq!(blobs.get("../../callboard.db").unwrap(), None);
    let path = blobs.path(&blob.hash).unwrap();
    std::fs::write(path, "not that").unwrap();
    assert!(matches!(blobs.get(&blob.hash), Err(StoreError::Unreadable { .. })));
}
