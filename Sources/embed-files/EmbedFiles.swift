import Foundation

/// `embed-files ROOT OUTPUT FILE...` writes the Swift file that holds the text of every FILE.
@main
struct EmbedFiles {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count >= 2 else {
            throw EmbedError(description: "usage: embed-files ROOT OUTPUT FILE...")
        }
        let paths = Array(arguments)
        let root = paths[0].hasSuffix("/") ? paths[0] : paths[0] + "/"
        let entries = try paths.dropFirst(2).map { try entry(path: $0, root: root) }
        let source = """
            extension SQLFile {
                /// Every SQL file, ordered by path.
                public static let all: [SQLFile] = [
            \(entries.joined(separator: "\n"))
                ]
            }

            """
        try Data(source.utf8).write(to: URL(filePath: paths[1]), options: .atomic)
    }

    /// One element of the list.
    private static func entry(path: String, root: String) throws -> String {
        guard path.hasPrefix(root) else {
            throw EmbedError(description: "\(path) is not below \(root)")
        }
        guard let text = String(validating: try Data(contentsOf: URL(filePath: path)), as: UTF8.self) else {
            throw EmbedError(description: "\(path) is not UTF-8")
        }
        let name = StringLiteral(String(path.dropFirst(root.count)))
        return "        SQLFile(path: \(name), text: \(StringLiteral(text))),"
    }
}
