//! A status as it is printed.

use std::fmt;

use super::{Cell, FEWEST, Period, Status, WaveStatus};

impl fmt::Display for Cell {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Told(count) => out.pad(&count.to_string()),
            Cell::Hidden => out.pad(&format!("<{FEWEST}")),
        }
    }
}

impl WaveStatus {
    /// For each part, the sum of the numbers that are told.
    fn sums(&self) -> Vec<usize> {
        let told = |place: usize| {
            self.units.iter().filter_map(move |(_, cells)| match cells.get(place) {
                Some(Cell::Told(count)) => Some(*count),
                _ => None,
            })
        };
        (0..self.parts.len()).map(|place| told(place).sum()).collect()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "what was received until {}, that day included; <{FEWEST} is 0 to {}",
            self.last_day,
            FEWEST - 1
        )?;
        self.waves.iter().try_for_each(|wave| wave.fmt(out))?;
        writeln!(out)?;
        let names = ["test answers, kept apart", "pilot answers, kept apart", "people who have withdrawn"];
        names.iter().zip(&self.apart).try_for_each(|(name, cell)| writeln!(out, "{name}: {cell}"))
    }
}

impl fmt::Display for WaveStatus {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SUM: &str = "sum of the numbers told";
        let names = self.units.iter().map(|(name, _)| name.chars().count()).chain([SUM.len()]);
        let width = names.max().unwrap_or(0);
        let widths: Vec<usize> = self.parts.iter().map(|part| part.chars().count().max(6)).collect();
        writeln!(out, "\nwave {}\n", self.wave)?;
        write!(out, "{:width$}", "unit")?;
        self.parts.iter().zip(&widths).try_for_each(|(part, width)| write!(out, "  {part:>width$}"))?;
        writeln!(out)?;
        for (unit, cells) in &self.units {
            write!(out, "{unit:width$}")?;
            cells.iter().zip(&widths).try_for_each(|(cell, width)| write!(out, "  {cell:>width$}"))?;
            writeln!(out)?;
        }
        write!(out, "{SUM:width$}")?;
        self.sums().iter().zip(&widths).try_for_each(|(sum, width)| write!(out, "  {sum:>width$}"))?;
        writeln!(out)?;
        if self.periods.iter().any(|periods| !periods.is_empty()) {
            writeln!(out, "\nthe same over time")?;
        }
        for (part, periods) in self.parts.iter().zip(&self.periods) {
            for Period { first, last, count } in periods {
                writeln!(out, "  {part}: {first} to {last}: {count}")?;
            }
        }
        Ok(())
    }
}
