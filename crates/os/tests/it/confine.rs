//! Confined commands, and what hostile ones come to: each in namespaces of its own, and by Landlock alone.

mod ends;
mod files;
mod limits;
mod network;
mod scratch;
