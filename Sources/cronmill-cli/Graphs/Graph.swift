internal import ArgumentParser
internal import Cronmill

struct Graph: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at tasks that wait for each other, and cancel them.",
        discussion: """
            A graph is put in with cronmill enqueue --graph.

            Examples:
              cronmill graph list --database shop
              cronmill graph show 12 --database shop
              cronmill graph cancel 12 --database shop
            """,
        subcommands: [GraphList.self, GraphShow.self, GraphCancel.self],
        defaultSubcommand: GraphList.self
    )
}
