import Foundation

/// `embed-files ROOT FILES QUERIES FILE...` writes two Swift files: FILES holds the text of every FILE, QUERIES a function
/// for each that is in `ROOT/queries`.
@main
struct EmbedFiles {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count >= 3 else {
            throw EmbedError(description: "usage: embed-files ROOT FILES QUERIES FILE...")
        }
        let root = arguments[0].hasSuffix("/") ? arguments[0] : arguments[0] + "/"
        let files = try arguments.dropFirst(3).map { try file($0, root: root) }
        let entries = files.map { "        SQLFile(path: \(StringLiteral($0.path)), text: \(StringLiteral($0.text)))," }
        let all = """
            extension SQLFile {
                /// Every SQL file, ordered by path.
                public static let all: [SQLFile] = [
            \(entries.joined(separator: "\n"))
                ]
            }

            """
        let queries = try files.filter { $0.path.hasPrefix("queries/") }.map {
            try QueryFile(path: $0.path, text: $0.text)
        }
        let functions = """
            package import Postgres

            extension SQL {
            \(queries.map(\.declaration).joined(separator: "\n\n"))
            }

            """
        try Data(all.utf8).write(to: URL(filePath: arguments[1]), options: .atomic)
        try Data(functions.utf8).write(to: URL(filePath: arguments[2]), options: .atomic)
    }

    /// Where the file is, below the root, and its text.
    private static func file(_ path: String, root: String) throws -> (path: String, text: String) {
        guard path.hasPrefix(root) else {
            throw EmbedError(description: "\(path) is not below \(root)")
        }
        guard let text = String(validating: try Data(contentsOf: URL(filePath: path)), as: UTF8.self) else {
            throw EmbedError(description: "\(path) is not UTF-8")
        }
        return (String(path.dropFirst(root.count)), text)
    }
}
