// swift-tools-version: 6.3
import PackageDescription

/// As in the engine's own manifest.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// The harness calls the system on nearly every line; its pointers are short.
let plain = Array(strict.dropFirst())

let package = Package(
    name: "annals-whole-life",
    products: [.library(name: "dying", type: .dynamic, targets: ["CDying"])],
    dependencies: [.package(name: "annals", path: "../..")],
    targets: [
        // Loaded before a program that writes: kills it right after a write of LMDB's meta page, or
        // lets its reads of time jump.
        .target(
            name: "CDying",
            cSettings: [
                .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
                .define("_GNU_SOURCE"),
            ],
            linkerSettings: [.linkedLibrary("dl")]
        ),
        // Uses the library as a program would that keeps a store open: what no command can do.
        .executableTarget(
            name: "life-worker",
            dependencies: [.product(name: "Annals", package: "annals")],
            swiftSettings: strict
        ),
        // Makes up lives, leads them by the command and by the worker, and compares with the model.
        // It does not know the library: only what the command says.
        .target(name: "WholeLife", swiftSettings: plain),
        .executableTarget(name: "whole-life", dependencies: ["WholeLife"], swiftSettings: plain),
    ],
    cLanguageStandard: .c17
)
