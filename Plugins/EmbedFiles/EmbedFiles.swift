import Foundation
import PackagePlugin

/// Compiles the `.sql` files of a target into it, so that the program needs no files beside it.
///
/// The files are the target's own sources: SwiftPM then notices new, changed and removed ones by itself.
@main
struct EmbedFiles: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
        guard let module = target as? any SourceModuleTarget else { return [] }
        let files = module.sourceFiles
            .map(\.url)
            .filter { $0.pathExtension == "sql" }
            .sorted { $0.path < $1.path }
        let outputs = ["SQLFile+All.swift", "SQL+Queries.swift"].map {
            context.pluginWorkDirectoryURL.appending(path: $0)
        }
        return [
            .buildCommand(
                displayName: "Embedding \(files.count) SQL files",
                executable: try context.tool(named: "embed-files").url,
                arguments: [target.directoryURL.path] + outputs.map(\.path) + files.map(\.path),
                inputFiles: files,
                outputFiles: outputs
            )
        ]
    }
}
