//! stub
use super::{Options, Run};
use std::io::{self, Write};
pub(super) fn render(_run: &Run, _options: &Options, _out: &mut dyn Write) -> io::Result<()> {
    Ok(())
}
