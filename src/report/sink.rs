//! Where a report is written: a stream, or a file that appears whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::whole_file::{Readers, WholeFile};

/// Takes the bytes of one report; [`Sink::commit`] makes them final.
pub struct Sink {
    kind: Kind,
}

enum Kind {
    Stream(Box<dyn Write + Send>),
    Device(BufWriter<File>),
    File(WholeFile),
    Done,
}

impl Sink {
    /// Writes to a stream.
    #[must_use]
    pub fn stream(writer: Box<dyn Write + Send>) -> Self {
        Self { kind: Kind::Stream(writer) }
    }

    /// Writes to a file: to a temporary one beside it, renamed by [`Sink::commit`]. Parent folders are created.
    ///
    /// Devices and pipes (`/dev/stderr`) are written to directly.
    ///
    /// # Errors
    /// When the folder or the file cannot be created.
    pub fn file(path: &Path) -> io::Result<Self> {
        if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
            let device = OpenOptions::new().write(true).open(path)?;
            return Ok(Self { kind: Kind::Device(BufWriter::new(device)) });
        }
        Ok(Self { kind: Kind::File(WholeFile::create(path, Readers::Anybody)?) })
    }

    /// Makes the report final.
    ///
    /// # Errors
    /// When what is left cannot be written, or the file cannot be moved into place.
    pub fn commit(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.kind, Kind::Done) {
            Kind::Stream(mut writer) => {
                let result = writer.flush();
                self.kind = Kind::Stream(writer);
                result
            }
            Kind::Device(mut writer) => writer.flush(),
            Kind::File(file) => file.commit(),
            Kind::Done => Ok(()),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.kind {
            Kind::Stream(writer) => writer.write(bytes),
            Kind::Device(writer) => writer.write(bytes),
            Kind::File(file) => file.write(bytes),
            Kind::Done => Err(io::Error::other("the report is already final")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.kind {
            Kind::Stream(writer) => writer.flush(),
            Kind::Device(writer) => writer.flush(),
            Kind::File(file) => file.flush(),
            Kind::Done => Ok(()),
        }
    }
}
