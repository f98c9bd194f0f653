// swift-tools-version: 6.3
import PackageDescription

/// Memory safety and layering that the compiler keeps; warnings are errors in our own targets.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

// Read the targets downwards: one depends only on those above it.
let package = Package(
    name: "annals",
    products: [
        .library(name: "Annals", targets: ["Annals"]),
        .library(name: "AnnalsImport", targets: ["AnnalsImport"]),
        .executable(name: "annals", targets: ["AnnalsCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(
            name: "CEdit",
            pkgConfig: "libedit",
            providers: [.apt(["libedit-dev"])]
        ),
        .systemLibrary(
            name: "CZstd",
            pkgConfig: "libzstd",
            providers: [.apt(["libzstd-dev"])]
        ),
        .target(name: "CCRC32C"),
        .target(name: "AnnalsBytes", dependencies: ["CCRC32C"], swiftSettings: strict),
        .target(name: "AnnalsLMDB", dependencies: ["CLMDB", "AnnalsBytes"], swiftSettings: strict),
        .target(name: "AnnalsJSON", swiftSettings: strict),
        .target(name: "AnnalsSchema", dependencies: ["AnnalsJSON"], swiftSettings: strict),
        .target(name: "AnnalsSOQL", swiftSettings: strict),
        .target(
            name: "AnnalsDescribe",
            dependencies: ["AnnalsJSON", "AnnalsSchema"],
            swiftSettings: strict
        ),
        .target(
            name: "AnnalsLog",
            dependencies: [
                "AnnalsBytes", "AnnalsLMDB", "AnnalsSchema",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "AnnalsProof",
            dependencies: [
                "AnnalsBytes", "AnnalsSchema", "AnnalsLog",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "AnnalsProjections",
            dependencies: ["AnnalsBytes", "AnnalsLMDB", "AnnalsSchema", "AnnalsLog"],
            swiftSettings: strict
        ),
        .target(
            name: "AnnalsArchive",
            dependencies: [
                "CZstd", "AnnalsBytes", "AnnalsLMDB", "AnnalsSchema", "AnnalsLog",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "AnnalsQuery",
            dependencies: [
                "AnnalsBytes", "AnnalsLMDB", "AnnalsSchema", "AnnalsLog", "AnnalsProjections",
                "AnnalsSOQL",
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Annals",
            dependencies: [
                "AnnalsBytes", "AnnalsLMDB", "AnnalsSchema", "AnnalsDescribe", "AnnalsLog",
                "AnnalsProjections", "AnnalsArchive", "AnnalsProof", "AnnalsQuery",
                "AnnalsSOQL",
            ],
            swiftSettings: strict
        ),
        .target(
            name: "AnnalsImport",
            dependencies: ["Annals", "AnnalsJSON", "AnnalsSchema"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "AnnalsCommand",
            dependencies: [
                "CEdit", "Annals", "AnnalsDescribe", "AnnalsImport", "AnnalsJSON", "AnnalsLMDB",
                "AnnalsSOQL", "AnnalsSchema",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        // Tests do not take `strict`: the macros of Swift Testing make marked unsafety noisy.
        .target(
            name: "AnnalsTestSupport",
            dependencies: ["AnnalsBytes", "AnnalsLMDB", "AnnalsSchema"],
            path: "Tests/AnnalsTestSupport"
        ),
        // Made-up lives, led by the command alone; Tools/whole-life leads longer ones.
        .target(name: "AnnalsWholeLife", path: "Tools/WholeLife/Sources/WholeLife"),
        .testTarget(
            name: "AnnalsBytesTests",
            dependencies: ["AnnalsBytes", "AnnalsTestSupport"]
        ),
        .testTarget(
            name: "AnnalsLMDBTests",
            dependencies: ["AnnalsLMDB", "AnnalsBytes", "CLMDB", "AnnalsTestSupport"]
        ),
        .testTarget(
            name: "AnnalsJSONTests",
            dependencies: ["AnnalsJSON", "AnnalsTestSupport"]
        ),
        .testTarget(
            name: "AnnalsSchemaTests",
            dependencies: ["AnnalsSchema", "AnnalsTestSupport"]
        ),
        .testTarget(
            name: "AnnalsDescribeTests",
            dependencies: ["AnnalsDescribe", "AnnalsJSON", "AnnalsSchema", "AnnalsTestSupport"]
        ),
        .testTarget(
            name: "AnnalsSOQLTests",
            dependencies: ["AnnalsSOQL", "AnnalsTestSupport"]
        ),
        .testTarget(
            name: "AnnalsLogTests",
            dependencies: [
                "AnnalsBytes", "AnnalsLMDB", "AnnalsLog", "AnnalsSchema", "AnnalsTestSupport",
            ]
        ),
        .testTarget(
            name: "AnnalsProofTests",
            dependencies: ["AnnalsBytes", "AnnalsLog", "AnnalsProof", "AnnalsTestSupport"]
        ),
        .testTarget(
            name: "AnnalsProjectionsTests",
            dependencies: [
                "AnnalsBytes", "AnnalsLMDB", "AnnalsLog", "AnnalsProjections", "AnnalsSchema",
                "AnnalsTestSupport",
            ]
        ),
        .testTarget(
            name: "AnnalsArchiveTests",
            dependencies: [
                "AnnalsArchive", "AnnalsBytes", "AnnalsLMDB", "AnnalsLog", "AnnalsSchema",
                "AnnalsTestSupport",
            ]
        ),
        .testTarget(
            name: "AnnalsQueryTests",
            dependencies: [
                "Annals", "AnnalsSOQL", "AnnalsSchema", "AnnalsQuery", "AnnalsTestSupport",
            ]
        ),
        .testTarget(
            name: "AnnalsTests",
            dependencies: [
                "Annals", "AnnalsArchive", "AnnalsBytes", "AnnalsLMDB", "AnnalsLog",
                "AnnalsProjections", "AnnalsTestSupport",
            ]
        ),
        .testTarget(
            name: "AnnalsImportTests",
            dependencies: ["Annals", "AnnalsImport", "AnnalsJSON", "AnnalsTestSupport"]
        ),
        .testTarget(
            name: "AnnalsCommandTests",
            dependencies: [
                "AnnalsCommand", "Annals", "AnnalsJSON", "AnnalsSchema", "AnnalsTestSupport",
                "AnnalsWholeLife",
            ]
        ),
    ]
)
