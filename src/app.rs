//! The wizard as a pure state machine: messages in, effects out, a view of the state.

pub mod effect;
