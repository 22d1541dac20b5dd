//! The keys' file: made, read, and replaced whole when a key is added or forgotten.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::SigningKey;

use super::{KEY_FILE, KeyError, Keys, name};

/// Held by whoever changes the keys, so that two who do it at once lose none.
const LOCK_FILE: &str = "invitation-key.lock";

pub(super) fn open(folder: &Path) -> Result<Keys, KeyError> {
    let file = folder.join(KEY_FILE);
    let text = secret(&file)?;
    read(&text).ok_or(KeyError::Content { file })
}

/// What the file of a secret says, which is made if it is not there: 32 random bytes as base64url.
pub(super) fn secret(file: &Path) -> Result<String, KeyError> {
    let failed = |source| KeyError::File { file: file.to_owned(), source };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let text = URL_SAFE_NO_PAD.encode(seed()?);
            match first(file, &text) {
                Ok(()) => Ok(text),
                // Another process was faster: its key counts.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read_to_string(file),
                Err(error) => Err(error),
            }
        }
        read => read,
    }
    .map_err(failed)
}

/// Makes a file that was not there: whole, or not at all, whoever else makes it and whenever the power fails.
fn first(file: &Path, text: &str) -> io::Result<()> {
    // A name that nobody else writes to, whatever a power cut left.
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    let beside = file.with_extension(format!("{}.new", URL_SAFE_NO_PAD.encode(bytes)));
    write_new(&beside, text)?;
    // Unlike renaming, a link replaces nothing.
    let linked = fs::hard_link(&beside, file);
    fs::remove_file(&beside)?;
    linked?;
    sync_folder(file)
}

/// A name is on disk when its folder is.
fn sync_folder(_file: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = _file.parent() {
        // The folder of a bare name is the present one.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn seed() -> Result<[u8; 32], KeyError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(KeyError::Random)?;
    Ok(seed)
}

/// 32 bytes in a line of base64url.
pub(super) fn bytes(line: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(line.trim()).ok()?.try_into().ok()
}

fn read(text: &str) -> Option<Keys> {
    let seeds = text.lines().map(bytes).collect::<Option<Vec<_>>>()?;
    let mut earlier: Vec<SigningKey> = seeds.iter().map(SigningKey::from_bytes).collect();
    let signing = earlier.pop()?;
    Some(Keys { earlier, signing })
}

/// Adds a key, which signs from now on; what the earlier ones signed is still verified.
///
/// # Errors
/// Why the keys are as they were.
pub fn rotate(folder: &Path) -> Result<Keys, KeyError> {
    change(folder, |keys| {
        let Keys { mut earlier, signing } = keys;
        earlier.push(signing);
        Ok(Keys { earlier, signing: SigningKey::from_bytes(&seed()?) })
    })
}

/// Takes an earlier key away: what it signed is no longer verified.
///
/// # Errors
/// Why the keys are as they were, such as that the name is that of the key that signs.
pub fn forget(folder: &Path, kid: &str) -> Result<Keys, KeyError> {
    change(folder, |mut keys| {
        let known: Vec<String> = keys.earlier.iter().map(name).collect();
        let place = known.iter().position(|known| known == kid);
        let place = place.ok_or(KeyError::NoSuchKey { found: kid.to_owned(), known })?;
        keys.earlier.remove(place);
        Ok(keys)
    })
}

fn change(folder: &Path, new: impl FnOnce(Keys) -> Result<Keys, KeyError>) -> Result<Keys, KeyError> {
    let file = folder.join(KEY_FILE);
    let failed = |source| KeyError::File { file: file.clone(), source };
    // Not made here: a wrong folder would get a key that no collector has.
    let _lock = private(&folder.join(LOCK_FILE), OpenOptions::new().create(true))
        .and_then(|lock| lock.lock().map(|()| lock))
        .map_err(failed)?;
    let text = fs::read_to_string(&file).map_err(failed)?;
    let keys = new(read(&text).ok_or_else(|| KeyError::Content { file: file.clone() })?)?;
    let lines: Vec<String> = keys.all().map(|key| URL_SAFE_NO_PAD.encode(key.to_bytes())).collect();
    replace(&file, &lines.join("\n")).map_err(failed)?;
    Ok(keys)
}

/// Puts a new file in the place of one that is there: whenever the power fails, one of the two is there, whole.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let beside = file.with_extension("new");
    // What a power cut left behind. Nobody else writes it: the lock is ours.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => write_new(&beside, text)?,
    }
    fs::rename(&beside, file)?;
    sync_folder(file)
}

/// Writes a file that must not be there yet, readable to its owner alone.
pub(in crate::tools) fn write_new(file: &Path, text: &str) -> io::Result<()> {
    let mut file = private(file, OpenOptions::new().create_new(true))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A file to write to, readable to its owner alone if it is made now.
pub(in crate::tools) fn private(file: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(file)
}

/// The keys as they are in their file now, so that a rotation counts without a restart of the collector.
#[derive(Debug)]
pub struct Fresh {
    file: PathBuf,
    known: Mutex<(Option<Stamp>, Arc<Keys>)>,
}

/// What changes with a file that is replaced.
type Stamp = (u64, u64, Option<SystemTime>);

impl Fresh {
    /// These keys, until the file in `folder` is another one.
    pub fn new(folder: &Path, keys: Keys) -> Fresh {
        let file = folder.join(KEY_FILE);
        // Without a stamp, so that the first look at the file counts whatever happened since it was read.
        let known = Mutex::new((None, Arc::new(keys)));
        Fresh { file, known }
    }

    /// The keys of this moment; those known before where the file cannot be read.
    pub fn keys(&self) -> Arc<Keys> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let now = stamp(&self.file);
        if now.is_some() && now != known.0 {
            let keys = fs::read_to_string(&self.file).ok().and_then(|text| read(&text));
            if let Some(keys) = keys {
                *known = (now, Arc::new(keys));
            }
        }
        known.1.clone()
    }
}

fn stamp(file: &Path) -> Option<Stamp> {
    let about = fs::metadata(file).ok()?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&about);
    #[cfg(not(unix))]
    let number = 0;
    Some((number, about.len(), about.modified().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that is being written must not be read as a key, nor two of them made.
    #[test]
    fn many_who_make_the_first_key_at_once_have_the_same() {
        for round in 0..20 {
            let folder = std::env::temp_dir().join(format!("svar-first-{}-{round}", std::process::id()));
            let ready = std::sync::Barrier::new(8);
            let names = std::thread::scope(|scope| {
                let make = || {
                    ready.wait();
                    open(&folder).map(|keys| keys.names())
                };
                let makers: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
                makers.into_iter().map(|maker| maker.join().unwrap().unwrap()).collect::<Vec<_>>()
            });
            assert!(names.windows(2).all(|pair| pair[0] == pair[1]), "{names:?}");
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
            fs::remove_dir_all(folder).unwrap();
        }
    }

    #[test]
    fn a_rotation_leaves_one_file_that_is_its_owners_alone() {
        let folder = std::env::temp_dir().join(format!("svar-keyring-{}", std::process::id()));
        assert!(matches!(rotate(&folder), Err(KeyError::File { .. })), "a folder without a key gets none");
        let first = open(&folder).unwrap();
        let fresh = Fresh::new(&folder, first.clone());
        fs::write(folder.join("invitation-key.new"), "what a power cut left").unwrap();
        let second = rotate(&folder).unwrap();
        assert_eq!(second.names()[..1], first.names()[..]);
        assert_eq!(open(&folder).unwrap().names(), second.names());
        assert_eq!(fresh.keys().names(), second.names(), "without a restart");
        let [oldest, newest] = second.names().try_into().unwrap();
        assert!(matches!(forget(&folder, &newest), Err(KeyError::NoSuchKey { .. })), "the key that signs");
        let left = forget(&folder, &oldest).unwrap();
        assert_eq!((left.names(), fresh.keys().names()), (vec![newest.clone()], vec![newest]));
        assert!(!folder.join("invitation-key.new").exists());
        #[cfg(unix)]
        for file in fs::read_dir(&folder).unwrap() {
            let mode = std::os::unix::fs::PermissionsExt::mode(&file.unwrap().metadata().unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(folder.join(KEY_FILE), "cut").unwrap();
        assert_eq!(fresh.keys().names().len(), 1, "keys that cannot be read do not take the known ones away");
        fs::remove_dir_all(folder).unwrap();
    }
}
