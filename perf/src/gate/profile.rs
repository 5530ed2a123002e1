//! What a kind of machine must be like before its times are believed.

/// Demands on a machine and on what it measured.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    pub name: &'static str,
    /// What the machine's name must hold.
    pub cpu: Option<&'static str>,
    /// Whether a Raspberry Pi's firmware must answer.
    pub firmware: bool,
    /// Whether the measured CPU must be kept free of other work by the kernel (`isolcpus`).
    pub isolated: bool,
    /// Whether a temperature must be known.
    pub thermometer: bool,
    /// The hottest the CPU may be before and after measuring, in thousandths of a degree Celsius.
    pub start_millicelsius_max: i64,
    pub end_millicelsius_max: i64,
    /// The most runnable tasks, averaged over a minute, before measuring.
    pub load_max: f64,
    /// The widest spread of the paired ratios: their interquartile range over their median.
    pub spread_max: f64,
    /// How far the control may be from the baseline's before the machine counts as another one.
    pub control_drift_max: f64,
    /// How much slower than the baseline fails.
    pub slowdown_max: f64,
    /// Matches per second on one core.
    pub matches: Option<Matches>,
}

/// What the matcher must reach, and what it should.
#[derive(Clone, Copy, Debug)]
pub struct Matches {
    pub floor_per_second: f64,
    pub goal_per_second: f64,
}

/// How many instructions more than the baseline fail. libc's variants differ between CPUs by about this much; a
/// baseline is of one CPU, but allocator and hash seeds still move counts a little.
pub const INSTRUCTIONS_MORE_MAX: f64 = 0.03;

impl Profile {
    /// Any PC or server that shows its governor. Its clock may not be made for measuring: the bounds are wide.
    pub const HOST: Self = Self {
        name: "host",
        cpu: None,
        firmware: false,
        isolated: false,
        thermometer: false,
        start_millicelsius_max: 75_000,
        end_millicelsius_max: 90_000,
        load_max: 1.0,
        spread_max: 0.05,
        control_drift_max: 0.25,
        slowdown_max: 0.10,
        matches: None,
    };

    /// A Raspberry Pi 5 set up as `docs/performance.md` says. Its firmware throttles from 80 °C on.
    pub const PI5: Self = Self {
        name: "pi5",
        cpu: Some("Raspberry Pi 5"),
        firmware: true,
        isolated: true,
        thermometer: true,
        start_millicelsius_max: 65_000,
        end_millicelsius_max: 75_000,
        load_max: 1.0,
        spread_max: 0.02,
        control_drift_max: 0.10,
        slowdown_max: 0.05,
        matches: Some(Matches { floor_per_second: 1e6, goal_per_second: 1e7 }),
    };
}

const _: () = {
    assert!(Profile::PI5.start_millicelsius_max < Profile::PI5.end_millicelsius_max);
    assert!(Profile::HOST.start_millicelsius_max < Profile::HOST.end_millicelsius_max);
    // What is noise cannot also be a slowdown.
    assert!(Profile::PI5.spread_max < Profile::PI5.slowdown_max);
    assert!(Profile::HOST.spread_max < Profile::HOST.slowdown_max);
};
