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

/// The harness makes system calls on nearly every line; its pointers are short-lived.
let plain = Array(strict.dropFirst())

let package = Package(
    name: "annals-whole-life",
    products: [.library(name: "dying", type: .dynamic, targets: ["CDying"])],
    dependencies: [.package(name: "annals", path: "../..")],
    targets: [
        // Loaded before a program that writes: kills it right after a write of LMDB's meta page, or
        // makes its clock jump.
        .target(
            name: "CDying",
            cSettings: [
                .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
                .define("_GNU_SOURCE"),
            ],
            linkerSettings: [.linkedLibrary("dl")]
        ),
        // Uses the library like a program that keeps a store open, which no command does.
        .executableTarget(
            name: "life-worker",
            dependencies: [.product(name: "Annals", package: "annals")],
            swiftSettings: strict
        ),
        // Makes up lives, runs them with the command and the worker, and compares with the model.
        // It does not use the library, only the output of the command.
        .target(name: "WholeLife", swiftSettings: plain),
        .executableTarget(name: "whole-life", dependencies: ["WholeLife"], swiftSettings: plain),
    ],
    cLanguageStandard: .c17
)
