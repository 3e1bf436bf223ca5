//! Walks the stages.

