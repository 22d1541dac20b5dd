//! The interface's own texts.
