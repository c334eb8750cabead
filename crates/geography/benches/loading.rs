//! Time from the start of the program to the first placed point. `cargo bench -p geography --bench loading`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use geography::{Placer, Reference};

fn loading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    group.sample_size(20);
    group.bench_function("reference", |bencher| {
        bencher.iter(|| black_box(Reference::embedded().expect("the committed pack")));
    });
    let reference = Reference::embedded().expect("the committed pack");
    group.bench_function("placer", |bencher| bencher.iter(|| black_box(Placer::new(&reference))));
    group.finish();
}

criterion_group!(benches, loading);
criterion_main!(benches);
