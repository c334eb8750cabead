//! Points placed per second on one core. `cargo bench -p geography --bench placing` prints "elem/s": points a second.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use geography::{Placer, Point, Reference};

/// A fixed sequence of numbers from 0 to 1 (xorshift64), so that every run places the same points.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        f64::from(u32::try_from(self.0 >> 32).expect("32 bits")) / f64::from(u32::MAX)
    }
}

/// A point inside every outline, in a shuffled order: neither the index nor the cache is helped.
fn over_communes(reference: &Reference) -> Vec<Point> {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut points: Vec<(f64, Point)> = reference
        .communes()
        .iter()
        .filter_map(|commune| {
            let point = reference.point_inside(&commune.code, chance.next(), chance.next())?;
            Some((chance.next(), point))
        })
        .collect();
    points.sort_by(|one, other| one.0.total_cmp(&other.0));
    points.into_iter().map(|(_, point)| point).collect()
}

/// Points spread over a box, latitudes then longitudes in degrees.
fn over_box(count: usize, latitudes: (f64, f64), longitudes: (f64, f64)) -> Vec<Point> {
    let mut chance = Chance(42);
    let mut between = |(from, to): (f64, f64)| from + (to - from) * chance.next();
    (0..count)
        .map(|_| Point::new(between(latitudes), between(longitudes)).expect("a point on Earth"))
        .collect()
}

fn placing(criterion: &mut Criterion) {
    let reference = Reference::embedded().expect("the committed pack");
    let placer = Placer::new(&reference);
    let sets = [
        ("over communes", over_communes(&reference)),
        ("around metropolitan France", over_box(20_000, (41.0, 51.5), (-5.5, 10.0))),
        ("around the border with Switzerland", over_box(20_000, (46.0, 47.5), (5.8, 7.5))),
        ("off the coast of Vendée", over_box(20_000, (46.3, 46.9), (-2.4, -1.7))),
        ("anywhere on Earth", over_box(20_000, (-90.0, 90.0), (-180.0, 180.0))),
    ];
    let mut group = criterion.benchmark_group("place");
    group.sample_size(20).measurement_time(std::time::Duration::from_secs(4));
    for (name, points) in sets {
        group.throughput(Throughput::Elements(points.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for point in &points {
                    black_box(placer.place(black_box(*point)));
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, placing);
criterion_main!(benches);
