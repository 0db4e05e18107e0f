//! Bytes that do not arrive, or never stop arriving.

use super::catalogue;
use super::fitting;
use crate::mock::exchange::{Answer, Wire};
use crate::mock::hook::{Hook, Scene};

catalogue! {
    /// The length that is announced is not that of the body.
    "wrong-content-length": fitting::any => Always Hook::Success(wrong_length);
    /// The connection is dropped in the middle of a body.
    "connection-dropped": fitting::any => Always Hook::Success(dropped);
    /// The connection is dropped in the middle of every twentieth body.
    "connection-dropped-now-and-then": fitting::any => Twentieth Hook::Success(dropped);
    /// The connection is dropped on late pages.
    "connection-dropped-late": fitting::paged => Late Hook::Success(dropped);
    /// A body never ends.
    "endless-body": fitting::any => Always Hook::Success(endless);
    /// A body never ends when one record is read.
    "endless-body-on-get": fitting::both => Reads Hook::Success(endless);
    /// Late pages are never answered.
    "page-hangs": fitting::paged => Late Hook::Success(hanging);
    /// A record is never answered.
    "read-hangs": fitting::both => Reads Hook::Success(hanging);
}

fn wrong_length(_: &Scene<'_>, answer: &mut Answer) {
    answer.wire = Wire::WrongLength;
}

fn dropped(_: &Scene<'_>, answer: &mut Answer) {
    answer.wire = Wire::Dropped;
}

fn endless(_: &Scene<'_>, answer: &mut Answer) {
    answer.wire = Wire::Endless;
}

fn hanging(_: &Scene<'_>, answer: &mut Answer) {
    answer.wire = Wire::Hanging;
}
