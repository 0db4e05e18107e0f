//! engine
mod run;
mod walk;
