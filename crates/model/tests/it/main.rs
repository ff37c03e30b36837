//! What folds of whole sessions come to.

mod goals;
mod laws;
mod refusals;
mod scenes;
mod session;
