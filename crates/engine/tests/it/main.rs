//! The engine in process: what agents write to their files, and what becomes of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic fails the test"
)]
#![allow(clippy::disallowed_methods, reason = "tests start what agents and people would")]

mod at_stop;
mod calls;
mod candidates;
mod changes;
mod checkouts;
mod configuration;
#[cfg(target_os = "linux")]
mod confined;
mod damage;
mod equip;
mod fetched;
mod files;
mod forks;
mod grid;
mod in_place;
mod landings;
mod links;
mod notes;
mod order;
mod posts;
mod pushes;
mod readable;
mod receipts;
mod related;
mod relations;
mod removals;
mod resources;
mod reviews;
mod running;
mod scene;
mod sending;
mod sent;
mod serve;
mod sharing;
mod silence;
mod since;
mod tasks;
mod transcripts;
mod trials;
mod trust;
mod uses;
mod work;
mod worktrees;
