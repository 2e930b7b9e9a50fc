// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]

let package = Package(
    name: "cronmill",
    products: [
        .library(name: "Cronmill", targets: ["Cronmill", "Postgres"]),
        .executable(name: "cronmill", targets: ["cronmill-cli"]),
        .executable(name: "cronmill-serve", targets: ["cronmill-serve"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
    ],
    targets: [
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Postgres", dependencies: ["CLibpq"], swiftSettings: strict),
        .target(
            name: "SQLFiles",
            dependencies: ["Postgres"],
            path: "sql",
            swiftSettings: strict,
            plugins: ["EmbedFiles"]
        ),
        .target(name: "Cronmill", dependencies: ["Postgres", "SQLFiles"], swiftSettings: strict),
        .target(
            name: "PrivateServer",
            dependencies: [
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
        .target(name: "ConsoleRequest", swiftSettings: strict),
        .target(
            name: "Console",
            dependencies: [
                "Cronmill", "CZlib", "Postgres",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Assets")],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "cronmill-serve",
            dependencies: ["Console", "ConsoleRequest", "Cronmill", "Postgres"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "cronmill-cli",
            dependencies: [
                "ConsoleRequest", "Cronmill", "PrivateServer", "Postgres", "SQLFiles",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "backlog",
            dependencies: ["Cronmill", "Postgres"],
            path: "Examples/backlog",
            swiftSettings: strict
        ),
        .target(name: "Fuzzing", path: "Tests/Fuzzing", swiftSettings: strict),
        .target(
            name: "Chaos",
            dependencies: [
                "Fuzzing", "PrivateServer", "Postgres",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/Chaos",
            exclude: ["Clients"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "chaos-cli",
            dependencies: [
                "Chaos", "PrivateServer", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/chaos-cli",
            swiftSettings: strict
        ),
        .executableTarget(name: "embed-files", swiftSettings: strict),
        .plugin(name: "EmbedFiles", capability: .buildTool(), dependencies: ["embed-files"]),
        .testTarget(name: "PostgresTests", dependencies: ["Fuzzing", "Postgres"], swiftSettings: strict),
        .testTarget(
            name: "CronmillTests",
            dependencies: ["Cronmill", "Fuzzing", "Postgres", "SQLFiles"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "cronmill-cli", "Fuzzing", "Postgres", "SQLFiles",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConsoleTests",
            dependencies: [
                "Console", "ConsoleRequest", "Cronmill", "Postgres",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "cronmill-cli", "cronmill-serve", "backlog", "Chaos", "Cronmill", "Fuzzing", "PrivateServer",
                "Postgres", "SQLFiles",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
    ]
)
