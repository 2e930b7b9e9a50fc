import SystemPackage

/// A file of the project that people read.
enum Page {
    /// The project's folder.
    static let folder = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()

    static func text(_ path: String) async throws -> String {
        try await ProgramResult.of("/bin/cat", [folder.appending(path).string], environment: [:]).output
    }

    /// Its fenced blocks of a language, in order.
    static func blocks(_ language: String, of path: String) async throws -> [String] {
        try await text(path).split(separator: "```\(language)\n").dropFirst().map { part in
            String(part.prefix(upTo: part.firstRange(of: "```")?.lowerBound ?? part.endIndex))
        }
    }
}
