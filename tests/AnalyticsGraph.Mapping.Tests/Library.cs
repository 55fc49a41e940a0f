using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>The test domain: authors, their books, tags by a link table, scores with a key of three columns; doubles with NaN and infinities, nulls, and duplicates.</summary>
public static class Library
{
    public const string Tables = """
        CREATE TABLE author (id bigint PRIMARY KEY, name text COLLATE "C" NOT NULL, born date, favourite_id bigint);
        CREATE TABLE book (
            id bigint PRIMARY KEY, author_id bigint NOT NULL, isbn text NOT NULL, title text COLLATE "C", price double precision, pages int, sold bigint NOT NULL,
            published timestamptz, genre text, in_print boolean NOT NULL, code uuid NOT NULL, rating real, details jsonb, notes text,
            size_width double precision, size_height double precision, shelves text[] NOT NULL DEFAULT '{}');
        CREATE INDEX book_author ON book (author_id);
        CREATE TABLE tag (id bigint PRIMARY KEY, name text COLLATE "C" NOT NULL);
        CREATE TABLE book_tag (book_id bigint NOT NULL, tag_id bigint NOT NULL, kind text NOT NULL, PRIMARY KEY (book_id, tag_id));
        CREATE INDEX book_tag_tag ON book_tag (tag_id);
        CREATE TABLE score (book_id bigint NOT NULL, key text NOT NULL, label text NOT NULL, last_value double precision NOT NULL, min_value double precision, PRIMARY KEY (book_id, key, label));
        CREATE TABLE score_order (book_id bigint NOT NULL, key text NOT NULL, label text NOT NULL, last_value double precision NOT NULL, PRIMARY KEY (book_id, key, label));
        CREATE INDEX score_order_last ON score_order (key, label, last_value, book_id);
        CREATE INDEX score_of_key ON score (key, label, book_id);
        CREATE INDEX score_of_value ON score (key, label, last_value, book_id);
        CREATE VIEW score_pending AS SELECT id AS book_id FROM book WHERE id % 5 < 2;
        """;

    public const string Sdl = """"
        directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
        directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD

        "A library."
        type Query {
          authors: [Author!]! @connection(order: ["name"])
          books: [Book!]! @connection(order: ["published DESC"])
          tags: [Tag!]! @list(order: ["name"])
          author(id: ID, name: String): Author @lookup
          book(isbn: String, code: ID): Book @lookup
        }

        scalar Long
        scalar Double
        scalar DateTime
        scalar JSON

        "What a book is about."
        enum Genre { NOVEL POETRY @stored(as: "verse") SCIENCE }

        type Author implements Node @table(name: "author") {
          id: ID!
          name: String!
          born: DateTime
          favourite: Book @relation(from: ["favourite_id"])
          books: [Book!]! @connection(order: ["title"]) @relation(to: ["author_id"])
          label: String! @resolver(needs: ["name"])
        }

        type Book implements Node
          @table(name: "book")
          @orderBy(name: "score", relation: "scores", match: ["key", "label"], defaults: [{column: "label", value: ""}], stats: [{name: "LAST", column: "last_value"}, {name: "MIN", column: "min_value"}]) {
          id: ID!
          isbn: String!
          title: String
          price: Double
          pages: Int
          sold: Long!
          published: DateTime
          genre: Genre
          inPrint: Boolean!
          code: ID!
          rating: Double
          details: JSON
          weight: Double @json(column: "details", path: ["weight"])
          grams: Long @json(column: "notes", path: ["grams"])
          notes: String @notFilterable
          size: Size @embedded(prefix: "size_")
          shelves: [String!]!
          author: Author! @relation(from: ["author_id"])
          tags: [Tag!]! @list(order: ["name"]) @relation(through: {table: "book_tag", from: ["book_id"], to: ["tag_id"]})
          mainTags: [Tag!]! @relation(through: {table: "book_tag", from: ["book_id"], to: ["tag_id"], only: [{column: "kind", value: "main"}]})
          scores: [Score!]! @relation(to: ["book_id"])
        }

        type Size { width: Double height: Double }

        type Tag implements Node @table(name: "tag") {
          id: ID!
          name: String!
          books: [Book!]! @connection(order: ["title"]) @relation(through: {table: "book_tag", from: ["tag_id"], to: ["book_id"]})
        }

        type Score @table(name: "score", key: ["book_id", "key", "label"], index: {table: "score_order", pending: "score_pending"}) {
          key: String!
          label: String!
          lastValue: Double!
          minValue: Double
          book: Book! @relation(from: ["book_id"])
        }
        """";

    private static readonly double?[] Numbers = [null, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -1.5, 1, 1, 2.25, 1e300, double.NaN, 3];
    private static readonly string?[] Titles = [null, "", "a", "A", "ab", "100%", "a_b", "a\\b", "Ünïcode 🦉", "it's \"quoted\"", "a", "zz"];
    private static readonly string?[] Genres = [null, "NOVEL", "novel", "verse", "Science", "verse"];

    /// <summary>Random authors and books, the same for the same seed.</summary>
    public static (List<Author> Authors, List<Book> Books) Make(int authors, int books, int seed)
    {
        var random = new Random(seed);
        var people = Enumerable.Range(1, authors).Select(id => new Author(id, $"author {id % 7}-{id}", id % 3 == 0 ? null : id)).ToList();
        var works = Enumerable.Range(1, books).Select(id => new Book(
            id,
            random.Next(1, authors + 1),
            $"isbn-{id:0000}",
            Pick(random, Titles),
            Pick(random, Numbers),
            random.Next(4) == 0 ? null : random.Next(-3, 4),
            random.Next(0, 6),
            random.Next(5) == 0 ? null : new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(random.Next(5)).AddMicroseconds(random.Next(3)),
            Pick(random, Genres),
            random.Next(2) == 0,
            Pick<float?>(random, [null, 1.5f, float.NaN, 2]),
            random.Next(3) == 0 ? null : Pick(random, Numbers),
            Enumerable.Range(1, 5).Where(_ => random.Next(3) == 0).ToList())).ToList();
        return (people, works);
    }

    public static async Task CreateAsync(NpgsqlDataSource source, List<Author> authors, List<Book> books)
    {
        await using (var command = source.CreateCommand(Tables))
        {
            await command.ExecuteNonQueryAsync();
        }

        await using var connection = await source.OpenConnectionAsync();
        await using (var copy = await connection.BeginBinaryImportAsync("COPY author (id, name, born, favourite_id) FROM STDIN BINARY"))
        {
            foreach (var author in authors)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(author.Id, NpgsqlDbType.Bigint);
                await copy.WriteAsync(author.Name, NpgsqlDbType.Text);
                await copy.WriteAsync(new DateOnly(1900, 1, 1).AddDays((int)author.Id), NpgsqlDbType.Date);
                await WriteAsync(copy, author.FavouriteId, NpgsqlDbType.Bigint);
            }

            await copy.CompleteAsync();
        }

        await InsertAsync(connection, books);
        await using var tags = new NpgsqlCommand("INSERT INTO tag SELECT i, 'tag ' || i FROM generate_series(1, 5) AS i", connection);
        await tags.ExecuteNonQueryAsync();
    }

    public static async Task InsertAsync(NpgsqlConnection connection, IEnumerable<Book> books)
    {
        var all = books.ToList();
        await using (var copy = await connection.BeginBinaryImportAsync(
            "COPY book (id, author_id, isbn, title, price, pages, sold, published, genre, in_print, code, rating, details, notes, size_width, shelves) FROM STDIN BINARY"))
        {
            foreach (var book in all)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(book.Id, NpgsqlDbType.Bigint);
                await copy.WriteAsync(book.AuthorId, NpgsqlDbType.Bigint);
                await copy.WriteAsync(book.Isbn, NpgsqlDbType.Text);
                await WriteAsync(copy, book.Title, NpgsqlDbType.Text);
                await WriteAsync(copy, book.Price, NpgsqlDbType.Double);
                await WriteAsync(copy, book.Pages, NpgsqlDbType.Integer);
                await copy.WriteAsync(book.Sold, NpgsqlDbType.Bigint);
                await WriteAsync(copy, book.Published, NpgsqlDbType.TimestampTz);
                await WriteAsync(copy, book.Genre, NpgsqlDbType.Text);
                await copy.WriteAsync(book.InPrint, NpgsqlDbType.Boolean);
                await copy.WriteAsync(book.Code, NpgsqlDbType.Uuid);
                await WriteAsync(copy, book.Rating, NpgsqlDbType.Real);
                await copy.WriteAsync(book.Id % 2 == 0 ? $$"""{"weight": {{book.Id}}}""" : """{"weight": "heavy"}""", NpgsqlDbType.Jsonb);
                await copy.WriteAsync(book.Id % 3 == 0 ? "no JSON" : $$"""{"grams": {{book.Id * 10}}}""", NpgsqlDbType.Text);
                await WriteAsync(copy, book.Width, NpgsqlDbType.Double);
                await copy.WriteAsync(new[] { $"s{book.Id}", "x" }, NpgsqlDbType.Array | NpgsqlDbType.Text);
            }

            await copy.CompleteAsync();
        }

        foreach (var table in new[] { "book_tag", "score" })
        {
            await using var copy = await connection.BeginBinaryImportAsync(table == "score"
                ? "COPY score (book_id, key, label, last_value, min_value) FROM STDIN BINARY"
                : "COPY book_tag (book_id, tag_id, kind) FROM STDIN BINARY");
            foreach (var book in all)
            {
                foreach (var tag in table == "score" ? [] : book.Tags)
                {
                    await copy.StartRowAsync();
                    await copy.WriteAsync(book.Id, NpgsqlDbType.Bigint);
                    await copy.WriteAsync((long)tag, NpgsqlDbType.Bigint);
                    await copy.WriteAsync(tag == 1 ? "main" : "other", NpgsqlDbType.Text);
                }

                if (table == "score" && book.Score is { } score)
                {
                    await copy.StartRowAsync();
                    await copy.WriteAsync(book.Id, NpgsqlDbType.Bigint);
                    await copy.WriteAsync("loss", NpgsqlDbType.Text);
                    await copy.WriteAsync("", NpgsqlDbType.Text);
                    await copy.WriteAsync(score, NpgsqlDbType.Double);
                    await copy.WriteNullAsync();
                }
            }

            await copy.CompleteAsync();
        }

        // The index is behind with the pending books: of some it has an old value, of others nothing.
        await using var index = new NpgsqlCommand(
            """
            INSERT INTO score_order SELECT book_id, key, label, CASE WHEN book_id % 5 = 0 THEN 2.5 ELSE last_value END FROM score
            WHERE book_id % 5 <> 1 AND NOT EXISTS (SELECT FROM score_order o WHERE o.book_id = score.book_id)
            """, connection);
        await index.ExecuteNonQueryAsync();
    }

    private static Task WriteAsync<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type) =>
        value is null ? copy.WriteNullAsync() : copy.WriteAsync((object)value, type);

    private static T Pick<T>(Random random, T[] values) => values[random.Next(values.Length)];
}

public sealed record Author(long Id, string Name, long? FavouriteId);

public sealed record Book(
    long Id, long AuthorId, string Isbn, string? Title, double? Price, int? Pages, long Sold, DateTime? Published, string? Genre, bool InPrint, float? Rating, double? Score, List<int> Tags)
{
    public Guid Code => new((int)Id, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

    public double? Width => Id % 4 == 0 ? null : Id;

    public string? GenreName => Genre switch { null => null, "verse" => "POETRY", _ => Genre.ToUpper(CultureInfo.InvariantCulture) };
}
