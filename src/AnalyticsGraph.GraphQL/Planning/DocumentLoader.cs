using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>Parses and validates each document once, as long as the cache keeps it. Thread-safe.</summary>
internal sealed class DocumentLoader(ExecutableSchema schema, GraphQLExecutorOptions options)
{
    private static readonly KeyValuePair<string, object?> Hit = new("result", "hit");
    private static readonly KeyValuePair<string, object?> Miss = new("result", "miss");

    private readonly PlanLimits _limits = new(options.MaxDepth, options.MaxPlannedFields);
    private readonly DocumentCache _documents = new(options.MaxCachedDocuments, options.MaxCachedDocumentBytes);

    /// <summary>The document of a text.</summary>
    /// <param name="source">The text.</param>
    /// <param name="trace">Told what had to be done; may be null.</param>
    /// <exception cref="GraphQLSyntaxException">It is no document.</exception>
    /// <exception cref="InvalidDocumentException">It does not fit the schema.</exception>
    public PlannedDocument Load(ReadOnlySpan<byte> source, RequestTrace? trace = null)
    {
        if (_documents.TryGet(source, out var planned))
        {
            GraphQLTelemetry.DocumentLookups.Add(1, Hit);
            return planned;
        }

        GraphQLTelemetry.DocumentLookups.Add(1, Miss);
        var document = Parse(source, trace);
        var errors = Validate(document, trace);
        if (!errors.IsEmpty)
        {
            throw new InvalidDocumentException(errors);
        }

        planned = new PlannedDocument(schema, document, _limits);
        _documents.Add(source, planned, source.Length);
        return planned;
    }

    private DocumentNode Parse(ReadOnlySpan<byte> source, RequestTrace? trace)
    {
        using var _ = trace?.Begin("parse");
        return Utf8Parser.Parse(source, options.ParserLimits);
    }

    private ImmutableArray<GraphQLError> Validate(DocumentNode document, RequestTrace? trace)
    {
        using var _ = trace?.Begin("validate");
        return DocumentValidator.Validate(schema.Schema, document, options.Validation);
    }
}
