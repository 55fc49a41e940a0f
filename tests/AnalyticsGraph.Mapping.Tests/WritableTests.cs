using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.Mapping.Generation;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>What <c>@writable</c> generates, and what it refuses.</summary>
public sealed class WritableTests
{
    /// <summary>The types that every writable type needs.</summary>
    internal const string Shared = """
        scalar Long scalar DateTime scalar JSON
        enum LifecycleStage { ACTIVE DELETED }
        interface Node { id: ID! }
        interface UserError { message: String! }
        type InvalidInputError implements UserError { message: String! }
        type NotFoundError implements UserError { message: String! }
        type NotActiveError implements UserError { message: String! }
        type NameTakenError implements UserError { message: String! }
        type VersionConflictError implements UserError { message: String! }
        type InUseError implements UserError { message: String! }
        type ClientTokenConflictError implements UserError { message: String! }
        input KeyValueInput { key: String! value: String! }
        """;

    private const string Shelves = """
        type Query { shelf(id: ID): Shelf @lookup }
        type Mutation { ping: Boolean @resolver deleteShelf(id: ID!): Boolean @resolver }
        type Room implements Node @table(name: "room") { id: ID! lifecycleStage: LifecycleStage! shelves: [Shelf!]! @relation(to: ["room_id"]) @list }
        type Shelf implements Node
          @table(name: "shelf")
          @writable(create: ["name!", "room!", "width", "plan", "tags"], update: ["name", "room"], pairs: ["tags"])
          @unique(field: "name", columns: ["room_id", "name"]) {
          id: ID!
          "What it is called."
          name: String! @check(length: 20, form: NAME)
          width: Long @check(min: 1, max: 500)
          plan: JSON @json(column: "plan", path: []) @check(length: 1000, json: OBJECT)
          madeAt: DateTime @stamped(on: CREATE) lifecycleStage: LifecycleStage!
          room: Room! @relation(from: ["room_id"])
          tags: [ShelfTag!]! @relation(to: ["shelf_id"]) @list
        }
        type ShelfTag @table(name: "shelf_tag", key: ["shelf_id", "key"]) { key: String! value: String @check(length: 100) }
        """;

    [Fact]
    public void Mutations_Should_FollowFromTheSdl_When_ATypeIsWritable()
    {
        var sdl = MappedSdl.Read([("shared.graphql", Shared), ("shelves.graphql", Shelves)], new MappingLimits(), null);

        Assert.Equal(["createShelf", "updateShelf", "restoreShelf", "setShelfTags", "deleteShelfTags"], sdl.Model.Mutations.Select(mutation => mutation.Name));
        Assert.Equal("""
            "What `createShelf` takes."
            input CreateShelfInput {
              "What it is called. Up to 20 characters."
              name: String!
              "Its `room`."
              roomId: ID!
              "Its `width`. From 1 to 500."
              width: Long
              "Its `plan`. Up to 1,000 characters."
              plan: JSON
              "Its `tags`. At most 100, texts up to 100 characters."
              tags: [KeyValueInput!]
              "Makes the call safe to repeat; up to 128 characters."
              clientToken: String
            }
            """.Replace("\r", "", StringComparison.Ordinal), Definition("CreateShelfInput"));
        Assert.Contains("union CreateShelfError = InvalidInputError | NotFoundError | NotActiveError | NameTakenError | ClientTokenConflictError", Definition("CreateShelfError"), StringComparison.Ordinal);
        Assert.Contains("union UpdateShelfError = InvalidInputError | NotFoundError | NotActiveError | NameTakenError | VersionConflictError | ClientTokenConflictError", Definition("UpdateShelfError"), StringComparison.Ordinal);
        Assert.Contains("shelf: Shelf\n", Definition("RestoreShelfPayload"), StringComparison.Ordinal);

        string Definition(string name) => Printer.Print(new DocumentNode([sdl.Document.Definitions.OfType<TypeDefinitionNode>().Single(definition => definition.Name.Value == name)])).Trim();
    }

    /// <summary>What is changed in the SDL above, and what the start says of it.</summary>
    [Theory]
    [InlineData("""name: String! @check(length: 20, form: NAME)""", """name: String!""", "say with @check(length:)")]
    [InlineData("""create: ["name!",""", """create: ["nam!",""", "`nam` is no column")]
    [InlineData("""update: ["name", "room"]""", """update: ["name", "tags"]""", "`tags` is no column")]
    [InlineData("""pairs: ["tags"]""", """pairs: ["tags"], cascade: ["tags"]""", "is no direct relation from the key")]
    [InlineData("""field: "name", columns""", """field: "title", columns""", "has no field `title`")]
    [InlineData("""width: Long @check(min: 1, max: 500)""", """width: Long @stamped(on: CREATE)""", "@stamped sets a column of type DateTime")]
    [InlineData("""@stamped(on: CREATE) lifecycleStage: LifecycleStage!""", """@stamped(on: CREATE)""", "lifecycle_stage of ACTIVE or DELETED")]
    [InlineData("""type Mutation { ping: Boolean @resolver deleteShelf(id: ID!): Boolean @resolver }""", "", "needs a type Mutation")]
    [InlineData("""@table(name: "shelf")""", """@table(name: "shelf", key: ["id", "room_id"])""", "whose key is one column")]
    public void Start_Should_NameWhatDoesNotFit_When_TheSdlContradictsItself(string text, string other, string message)
    {
        Assert.Contains(text, Shelves, StringComparison.Ordinal);
        var exception = Assert.Throws<MappingException>(() =>
            MappedSdl.Read([("shared.graphql", Shared), ("shelves.graphql", Shelves.Replace(text, other, StringComparison.Ordinal))], new MappingLimits(), null));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }
}
