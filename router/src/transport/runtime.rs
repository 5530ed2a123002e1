//! How coroutines run. `may` has one configuration for the whole process, so this is set once; a second server may only ask for the same.
//!
//! Takes: a stack size in **bytes** and a number of workers. Gives: coroutines that have them. `may` counts stacks in machine words: a program
//! that calls `may::config().set_stack_size` itself must divide by eight, and 0x1000 there are 32 KiB. Never panics.

use std::fmt;

use crate::limits::http as limits;

/// How coroutines run, for the whole process.
///
/// ```
/// use brrtrouter::RuntimeConfig;
///
/// let runtime = RuntimeConfig::default().with_stack_text("0x40000")?;
/// assert_eq!(runtime.stack_bytes(), 256 * 1024);
/// # Ok::<(), brrtrouter::RuntimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuntimeConfig {
    stack_bytes: usize,
    workers: usize,
}

/// Why coroutines cannot run so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuntimeError {
    /// A stack of this size is too small or too large.
    StackBytes {
        /// What was asked for.
        asked: usize,
    },
    /// The text is no number of bytes.
    StackText {
        /// What was asked for.
        text: Box<str>,
    },
    /// Another server of this process runs with another configuration.
    Differs {
        /// What holds.
        holds: RuntimeConfig,
    },
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StackBytes { asked } => write!(
                f,
                "a coroutine's stack of {asked} bytes is not possible: choose {} to {} bytes",
                limits::STACK_BYTES_MIN,
                limits::STACK_BYTES_MAX
            ),
            Self::StackText { text } => {
                write!(f, "`{text}` is no stack size: write bytes, as `262144` or `0x40000`")
            }
            Self::Differs { holds } => write!(
                f,
                "another server of this process has coroutines with {} bytes of stack on {} workers; give both the same",
                holds.stack_bytes, holds.workers
            ),
        }
    }
}

impl std::error::Error for RuntimeError {}

impl Default for RuntimeConfig {
    fn default() -> Self {
        Self { stack_bytes: limits::STACK_BYTES, workers: 0 }
    }
}

/// What holds for this process; `may` cannot be asked whether anybody has set it.
#[expect(clippy::disallowed_types, reason = "`may` has one configuration for the whole process")]
static HOLDS: std::sync::Mutex<Option<RuntimeConfig>> = std::sync::Mutex::new(None);

impl RuntimeConfig {
    /// The environment variable that programs pass to [`Self::with_stack_text`].
    pub const STACK_VARIABLE: &'static str = "BRRTR_STACK_SIZE";

    /// The size of a coroutine's stack in bytes.
    #[must_use]
    pub const fn stack_bytes(self) -> usize {
        self.stack_bytes
    }

    /// The same with stacks of this many bytes, rounded up to whole pages.
    ///
    /// # Errors
    /// [`RuntimeError::StackBytes`] below 64 KiB and above 64 MiB.
    pub fn with_stack_bytes(self, bytes: usize) -> Result<Self, RuntimeError> {
        if !(limits::STACK_BYTES_MIN..=limits::STACK_BYTES_MAX).contains(&bytes) {
            return Err(RuntimeError::StackBytes { asked: bytes });
        }
        // Whole pages, and with them an even number of words: `may` measures the use of stacks with an odd number, at a cost.
        Ok(Self { stack_bytes: bytes.next_multiple_of(PAGE_BYTES), ..self })
    }

    /// The same with the stack size that a text gives in bytes: decimal, or hexadecimal behind `0x`.
    ///
    /// # Errors
    /// [`RuntimeError::StackText`], or those of [`Self::with_stack_bytes`].
    pub fn with_stack_text(self, text: &str) -> Result<Self, RuntimeError> {
        let trimmed = text.trim();
        let hexadecimal = trimmed.strip_prefix("0x").or_else(|| trimmed.strip_prefix("0X"));
        let bytes = match hexadecimal {
            Some(digits) => usize::from_str_radix(digits, 16),
            None => trimmed.parse(),
        };
        let bytes = bytes.map_err(|_| RuntimeError::StackText { text: text.into() })?;
        self.with_stack_bytes(bytes)
    }

    /// The same with this many threads that run coroutines; 0 is one for each processor.
    #[must_use]
    pub const fn with_workers(self, workers: usize) -> Self {
        Self { workers, ..self }
    }

    /// Makes it hold for the process.
    pub(super) fn apply(self) -> Result<(), RuntimeError> {
        let mut holds = HOLDS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match *holds {
            Some(holds) if holds != self => return Err(RuntimeError::Differs { holds }),
            Some(_) => return Ok(()),
            None => *holds = Some(self),
        }
        let config = may::config();
        config.set_stack_size(self.stack_bytes.checked_div(WORD_BYTES).unwrap_or(limits::STACK_BYTES_MIN));
        config.set_pool_capacity(limits::STACKS_KEPT_MAX);
        config.set_worker_pin(false);
        if self.workers > 0 {
            config.set_workers(self.workers);
        }
        Ok(())
    }
}

const PAGE_BYTES: usize = 4096;
const WORD_BYTES: usize = size_of::<usize>();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stack_sizes_are_read_in_bytes() {
        let cases = [
            ("262144", Ok(262_144)),
            ("0x40000", Ok(262_144)),
            (" 0X40001 ", Ok(266_240)),
            ("65536", Ok(65_536)),
            ("65535", Err(())),
            ("0x4000001", Err(())),
            ("256k", Err(())),
            ("-1", Err(())),
            ("", Err(())),
        ];
        for (text, expected) in cases {
            let read = RuntimeConfig::default().with_stack_text(text).map(RuntimeConfig::stack_bytes);
            assert_eq!(read.map_err(|_| ()), expected, "{text}");
        }
    }
}
