//! A file that appears whole or not at all: reports, recordings, what one run remembers for the next.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whoever the system lets.
    Anybody,
    /// Its owner alone, from the first byte on.
    Owner,
}

/// Takes the bytes of a file beside its place; [`WholeFile::commit`] moves it there. One that is never committed leaves
/// nothing behind.
#[derive(Debug)]
pub(crate) struct WholeFile {
    writer: Option<BufWriter<File>>,
    temporary: PathBuf,
    path: PathBuf,
}

impl WholeFile {
    /// Begins a file; parent folders are created.
    ///
    /// # Errors
    /// When a folder, a device or a pipe stands at the place, or the folder or the file cannot be created.
    pub(crate) fn create(path: &Path, readers: Readers) -> io::Result<Self> {
        if path.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder; name a file in it"));
        }
        // Moving a file there would put it in the place of the device for everybody.
        if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "is a device or a pipe; name a file"));
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
        // What an earlier process left behind may be readable by others.
        let _ = fs::remove_file(&temporary);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if readers == Readers::Owner {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let writer = BufWriter::new(options.open(&temporary)?);
        Ok(Self { writer: Some(writer), temporary, path: path.to_path_buf() })
    }

    /// Moves the file to its place.
    ///
    /// # Errors
    /// When what is left cannot be written, or the file cannot be moved.
    pub(crate) fn commit(mut self) -> io::Result<()> {
        let Some(mut writer) = self.writer.take() else { return Ok(()) };
        let result = writer.flush().and_then(|()| fs::rename(&self.temporary, &self.path));
        if result.is_err() {
            let _ = fs::remove_file(&self.temporary);
        }
        result
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.as_mut().map_or(Ok(0), |writer| writer.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if self.writer.take().is_some() {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_not_replaced() {
        let place = std::env::temp_dir().join(format!("contract-gate-socket-{}", std::process::id()));
        let _ = fs::remove_file(&place);
        let socket = std::os::unix::net::UnixListener::bind(&place).expect("the temporary folder can be written");
        let refused = WholeFile::create(&place, Readers::Owner).err().map(|error| error.kind());
        assert_eq!(refused, Some(io::ErrorKind::InvalidInput));
        drop(socket);
        fs::remove_file(&place).expect("it is still there");
    }
}
