import Foundation
import SQLFiles
import Testing

/// Where SQL stands: in files, but for what is short.
@Suite("Queries")
struct QueryFileTests {
    /// Lines that a statement in a Swift string may have.
    private static let limit = 10

    /// Swift files below `Sources`, by path.
    private static func sources() throws -> [String: String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".swift") }
        return try Dictionary(
            uniqueKeysWithValues: paths.map { ($0, try String(contentsOf: root.appending(path: $0), encoding: .utf8)) }
        )
    }

    @Test("no statement in a Swift string has more than ten lines: longer ones are files of sql/queries")
    func short() throws {
        let statement = /(?m)^ *(?:(?:select|with|insert into|update|delete from|declare)\b|copy [a-z(])/
        var count = 0
        for (path, text) in try Self.sources() {
            let blocks = text.split(separator: "\"\"\"", omittingEmptySubsequences: false)
            for block in blocks.enumerated() where block.offset % 2 == 1 && block.element.contains(statement) {
                // The line of the opening quotes, and that of the closing ones, are none.
                let lines = block.element.split(separator: "\n", omittingEmptySubsequences: false).count - 2
                #expect(lines <= Self.limit, "\(path): \(block.element.prefix(200))")
                count += 1
            }
        }
        #expect(count > 100)
    }

    @Test("a query says what it answers and which columns it gives, is one statement, and is asked")
    func said() throws {
        let sources = try Self.sources()
        let queries = SQLFile.all.filter { $0.path.hasPrefix("queries/") }
        for query in queries {
            let lines = query.text.split(separator: "\n")
            let header = lines.prefix { $0.hasPrefix("-- ") }
            #expect(header.first?.contains(/^-- [A-Z]/) == true, "\(query.path) does not say what it answers")
            let statement = lines.dropFirst(header.count).joined(separator: "\n")
            let gives =
                statement.hasPrefix("select") || statement.hasPrefix("with") || statement.contains("\nreturning ")
            #expect(gives == header.contains { $0.hasPrefix("-- Columns: ") }, "\(query.path)")
            #expect(!statement.hasSuffix(";"), "\(query.path): a query may stand in another one")
            let file = query.path.split(separator: "/").last?.dropLast(".sql".count) ?? ""
            let words = file.split(separator: "_")
            let name =
                words.prefix(1).joined() + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
            let isAsked = sources.values.contains { text in
                ["(", ")", ","].contains { text.contains(".\(name)\($0)") }
            }
            #expect(isAsked, "\(query.path) is asked by nobody")
        }
        #expect(queries.count > 40)
    }
}
