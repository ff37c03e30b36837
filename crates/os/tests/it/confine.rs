//! Confined commands, and what hostile ones come to: each in namespaces of its own, and by Landlock alone.

mod copied;
mod ends;
mod files;
mod hostile;
mod limits;
mod network;
mod scratch;
