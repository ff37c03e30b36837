//! What folds of whole sessions come to.

mod goals;
mod laws;
mod scenes;
mod session;
