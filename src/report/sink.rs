//! Where a report is written: a stream, or a file that appears whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Takes the bytes of one report; [`Sink::commit`] makes them final.
pub struct Sink {
    kind: Kind,
}

enum Kind {
    Stream(Box<dyn Write + Send>),
    Device(BufWriter<File>),
    File { writer: BufWriter<File>, temporary: PathBuf, path: PathBuf },
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
        if path.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder; name a file in it"));
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
        let writer = BufWriter::new(File::create(&temporary)?);
        Ok(Self { kind: Kind::File { writer, temporary, path: path.to_path_buf() } })
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
            Kind::File { mut writer, temporary, path } => {
                let result = writer.flush().and_then(|()| fs::rename(&temporary, &path));
                if result.is_err() {
                    let _ = fs::remove_file(&temporary);
                }
                result
            }
            Kind::Done => Ok(()),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.kind {
            Kind::Stream(writer) => writer.write(bytes),
            Kind::Device(writer) | Kind::File { writer, .. } => writer.write(bytes),
            Kind::Done => Err(io::Error::other("the report is already final")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.kind {
            Kind::Stream(writer) => writer.flush(),
            Kind::Device(writer) | Kind::File { writer, .. } => writer.flush(),
            Kind::Done => Ok(()),
        }
    }
}

impl Drop for Sink {
    /// A report that never became final leaves nothing behind.
    fn drop(&mut self) {
        if let Kind::File { temporary, .. } = &self.kind {
            let _ = fs::remove_file(temporary);
        }
    }
}
