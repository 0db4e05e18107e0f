//! Bytes that do not arrive, or never stop arriving.

use super::catalogue;
use super::fitting;
use crate::mock::exchange::{Answer, Wire};
use crate::mock::hook::{Hook, Scene};

catalogue! {
    /// The length that is announced is not that of the body.
    "wrong-content-length": fitting::any => Always Hook::Success(wrong_length);
    /// The connection is closed without an answer.
    "connection-dropped": fitting::any => Always Hook::Success(dropped);
    /// The connection is closed instead of every twentieth answer.
    "connection-dropped-now-and-then": fitting::any => Twentieth Hook::Success(dropped);
    /// The connection is closed without an answer to late pages.
    "connection-dropped-late": fitting::paged => Late Hook::Success(dropped);
    /// Every twentieth body breaks off half-way.
    "body-cut-off-now-and-then": fitting::any => Twentieth Hook::Success(cut_off);
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

fn cut_off(_: &Scene<'_>, answer: &mut Answer) {
    answer.wire = Wire::CutOff;
}

fn endless(_: &Scene<'_>, answer: &mut Answer) {
    answer.wire = Wire::Endless;
}

fn hanging(_: &Scene<'_>, answer: &mut Answer) {
    answer.wire = Wire::Hanging;
}
