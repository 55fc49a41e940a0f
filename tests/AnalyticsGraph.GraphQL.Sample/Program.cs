using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Http;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

var schema = SchemaBuilder.Build([Utf8Parser.Parse("""
    type Query { books(by: String): [Book!]! }
    type Book { title: String! author: String! pages: Int! isLong: Boolean! }
    """)]);
Book[] books = [new("Moby Dick", "Melville", 635), new("Walden", "Thoreau", 352)];
var bindings = new SchemaBindings()
    .BindType<Book>("Book")
    .Bind("Book", "isLong", FieldResolver.FromSource((Book book) => book.Pages > 500))
    .Bind("Query", "books", FieldResolver.FromRequest(context => ValueTask.FromResult(
        books.Where(book => context.Arguments.Get("by", book.Author) == book.Author))));

var app = WebApplication.CreateBuilder(args).Build();
app.MapGraphQL("/graphql", new GraphQLExecutor(ExecutableSchema.Create(schema, bindings)));
app.Run();

internal sealed record Book(string Title, string Author, int Pages);
