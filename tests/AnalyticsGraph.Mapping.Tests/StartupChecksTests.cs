using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using Npgsql;

namespace AnalyticsGraph.Mapping.Tests;

[Collection("library")]
public sealed class StartupChecksTests(LibraryFixture library)
{
    private const string Start = "scalar Long scalar Double scalar DateTime scalar JSON enum Color { RED }\n";

    [Fact]
    public async Task Build_Should_NameEveryMismatch_When_TablesDiffer()
    {
        var problems = await ProblemsAsync("""
            type Query { books: [Book!]! @connection(order: ["nowhere"]) shelves: [Shelf!]! }
            type Shelf @table(name: "shelf") { id: Long! }
            type Book @table(name: "book", key: ["pages"]) {
              isbn: Int!
              title: String!
              sold: Int!
              publishedAt: DateTime
              shelves: String
              price: [Double!]
              genre: JSON
              published: Boolean
              detail: String @json(column: "sold", path: ["a"])
              tags: [Tag!]! @relation(through: {table: "book_tags", from: ["book_id"], to: ["tag_id"]})
              mainTags: [Tag!]! @relation(through: {table: "book_tag", from: ["book"], to: ["tag_id"], only: [{column: "weight", value: "1"}]})
              author: Author @relation(from: ["isbn"])
              scores: [Score!]! @relation(to: ["min_value"], only: [{column: "last_value", value: "high"}])
            }
            type Tag @table(name: "tag", only: [{column: "colour", value: "red"}], index: {table: "tags"}) { id: Long! }
            type Author @table(name: "author", index: {table: "author", pending: "book"}) { id: Long! code: String @resolver(needs: ["code"]) }
            type Score @table(name: "score", key: ["book_id", "key", "label"], index: {table: "book_tag", pending: "gone"}) { key: String! }
            """);

        Assert.Equal(
            [
                .. "author_id code details genre in_print isbn notes pages price published rating shelves size_height size_width sold title".Split(' ')
                    .Select(column => $"Author @table(index:): \"book\" names rows by {column}, which is no column of the key of \"author\"."),
                "Author.code @resolver(needs:): The table \"author\" has no column code.",
                "Book @table(key:): The key's column pages can be null.",
                "Book.author: The relation compares isbn (text) with id (bigint).",
                "Book.detail: @json reads a column of JSON or text; sold is bigint.",
                "Book.isbn: The field is Int!, but the column isbn is text; an Int needs an integer of 32 bits, make it Long for a wider one.",
                "Book.mainTags: The link table \"book_tag\" has no column book.",
                "Book.mainTags: `only` names the column weight, which does not exist.",
                "Book.price: The field is a list, the column price is double precision.",
                "Book.published: The field is Boolean, but the column published is timestamp with time zone; a Boolean needs a Boolean.",
                "Book.publishedAt: The table \"book\" has no column published_at.",
                "Book.scores: The relation compares id (bigint) with min_value (double precision).",
                "Book.scores: `only` compares last_value (double precision) with \"high\".",
                "Book.shelves: The column shelves is an array (text[]), the field is String.",
                "Book.sold: The field is Int!, but the column sold is bigint; an Int needs an integer of 32 bits, make it Long for a wider one.",
                "Book.tags: There is no link table \"book_tags\" in Postgres.",
                "Book.title: The field is non-null, but the column title can be null.",
                "Query.books (order): The table \"book\" has no column nowhere.",
                "Score @table(index:): \"book_tag\" lacks the key's column key.",
                "Score @table(index:): \"book_tag\" lacks the key's column label.",
                "Score @table(index:): There is no table or view \"gone\" in Postgres.",
                "Shelf: There is no table or view \"shelf\" in Postgres.",
                "Tag @table(index:): There is no table or view \"tags\" in Postgres.",
                "Tag @table: `only` names the column colour, which does not exist.",
            ],
            problems.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Build_Should_NameEveryMismatch_When_DirectivesContradict()
    {
        var problems = await ProblemsAsync("""
            type Query { one: Book two: Book! @lookup three(title: String, nothing: Int, sold: String): Book @lookup }
            type Book implements Node @table(name: "book") @orderBy(name: "s", relation: "scores", match: ["key"], stats: [{name: "LAST", column: "last_value"}]) {
              id: Long!
              title: String @notFilterable
              sold: Long!
              weight: Double! @json(column: "details", path: ["weight"])
              other: Thing
              size: Score @embedded(prefix: "size_")
              scores: [Score!]! @relation(from: ["id", "isbn"], to: ["book_id"])
            }
            type Thing { a: Int }
            type Score @table(name: "score", key: ["book_id", "key", "label"]) { key: String! }
            interface Node { id: ID! }
            """);

        Assert.Equal(
            [
                "Book @orderBy(name: \"s\"): The relation's columns and `match` must cover the key of Score (book_id, key, label), so that there is one row at most.",
                "Book.id: The global id of a Node is `id: ID!`, not Long!.",
                "Book.other: Thing is no scalar, enum or mapped type: say with @embedded or @resolver where the field comes from.",
                "Book.scores: @relation pairs 2 `from` columns with 1 `to` columns; give as many of both.",
                "Book.size: @embedded needs an object type without @table; Score is none.",
                "Book.weight: A value inside JSON can be missing, so the field must be nullable.",
                "Query.one: A field of one Book needs @lookup, or @resolver if C# finds it.",
                "Query.three(nothing:): Book has no filterable field of that name.",
                "Query.three(sold:): It is String, but Book.sold is Long.",
                "Query.three(title:): Book has no filterable field of that name.",
                "Query.two: @lookup finds one row or none, so its type is Book, nullable.",
            ],
            problems.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Build_Should_NameTheField_When_ItHasNoResolver()
    {
        var exception = await Assert.ThrowsAsync<SchemaBindingException>(() => Graph.BuildAsync(library.Source, bind: (_, _) => { }));

        Assert.Contains("Author.label has no resolver", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_Should_NameTheRule_When_NoUniqueIndexKeepsIt()
    {
        await using var source = NpgsqlDataSource.Create(await library.Engines.CreateDatabaseAsync());
        await using (var create = source.CreateCommand("""
            CREATE TABLE shelf (id bigint PRIMARY KEY, a text, b text, c boolean, lifecycle_stage text NOT NULL, deletion bigint, row_version bigint NOT NULL, UNIQUE (b, a), UNIQUE (c) DEFERRABLE);
            CREATE UNIQUE INDEX shelf_a ON shelf (a) WHERE c;
            CREATE UNIQUE INDEX shelf_b ON shelf (lower(b), c);
            """))
        {
            await create.ExecuteNonQueryAsync();
        }

        string[] kept = ["""columns: ["id"]""", """columns: ["a", "b"]""", """columns: ["a"], only: "c" """];
        string[] open = ["""columns: ["a"]""", """columns: ["b"], only: "c" """, """columns: ["c"]""", """columns: ["a", "b", "c"]"""];
        var exception = await Assert.ThrowsAsync<MappingException>(() => Graph.BuildAsync(source, Start + WritableTests.Shared.Replace("scalar Long scalar DateTime scalar JSON", "", StringComparison.Ordinal) + $$"""
            type Query { shelf(id: ID): Shelf @lookup }
            type Mutation { ping: Boolean @resolver }
            type Shelf implements Node @table(name: "shelf") @writable(create: ["a"]) {{string.Join(' ', kept.Concat(open).Select(rule => $"@unique(field: \"a\", {rule})"))}} { id: ID! a: String @check(length: 10) lifecycleStage: LifecycleStage! }
            """));

        Assert.Equal(
            [
                "Shelf @unique: No unique index of \"shelf\" has exactly the columns (a) and all rows.",
                "Shelf @unique: No unique index of \"shelf\" has exactly the columns (b) WHERE c.",
                "Shelf @unique: No unique index of \"shelf\" has exactly the columns (c) and all rows.",
                "Shelf @unique: No unique index of \"shelf\" has exactly the columns (a, b, c) and all rows.",
            ],
            exception.Problems.Select(problem => problem.ToString()));
    }

    [Fact]
    public async Task Build_Should_Warn_When_ARelationHasNoIndex()
    {
        var graph = await Graph.BuildAsync(library.Source, Start + """
            type Query { authors: [Author!]! }
            type Author @table(name: "author") { name: String! fans: [Author!]! @relation(to: ["favourite_id"]) books: [Book!]! @relation(to: ["author_id"]) }
            type Book @table(name: "book") { isbn: String! }
            """, bind: (_, _) => { });

        Assert.Equal(["Author.fans: No index of \"author\" begins with (favourite_id); each read of the relation scans the table."], graph.Schema.Warnings.Select(warning => warning.ToString()));
    }

    private async Task<IEnumerable<string>> ProblemsAsync(string sdl)
    {
        var exception = await Assert.ThrowsAsync<MappingException>(() => Graph.BuildAsync(library.Source, Start + sdl));
        return exception.Problems.Select(problem => problem.ToString());
    }
}
