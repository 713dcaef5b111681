//! What an anonymous report promises.
