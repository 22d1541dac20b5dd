//! Worlds that once failed, each named after what was wrong.
