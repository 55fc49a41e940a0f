using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Persisted;

/// <summary>Finds the document that a request means: by its text, as a trusted one by its identifier, or as an automatic persisted query by its hash. Thread-safe.</summary>
internal sealed class DocumentSource
{
    private readonly DocumentLoader _loader;
    private readonly GraphQLExecutorOptions _options;
    private readonly TrustedDocuments _trusted;
    private readonly DocumentCache _persisted;

    /// <exception cref="TrustedDocumentException">The trusted documents are faulty.</exception>
    public DocumentSource(ExecutableSchema schema, GraphQLExecutorOptions options, IEnumerable<DocumentFile> trusted)
    {
        _loader = new DocumentLoader(schema, options);
        _options = options;
        _trusted = TrustedDocuments.Load(trusted, source => _loader.Load(source.Span));
        _persisted = new DocumentCache(options.MaxPersistedQueries, options.MaxPersistedQueryBytes);
    }

    /// <summary>The operation that a trusted identifier names, or null.</summary>
    /// <exception cref="GraphQLException">It names a document of several operations.</exception>
    public PlannedOperation? FindTrusted(string id) => _trusted.Find(id) is { } found ? found.Document.GetOperation(found.OperationName) : null;

    /// <summary>The operation of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="trace">Told what had to be done; may be null.</param>
    /// <exception cref="InvalidDocumentException">The document is not valid.</exception>
    /// <exception cref="GraphQLException">There is none, or it may not be asked for.</exception>
    public PlannedOperation Find(GraphQLRequest request, RequestTrace? trace)
    {
        if (request.DocumentId is { } id)
        {
            return FindById(request, id, trace);
        }

        return PersistedQueryExtension.ReadHash(request.Extensions) is { } hash
            ? FindPersisted(request, hash, trace).GetOperation(request.OperationName)
            : FindByText(request.Query.Span, trace).GetOperation(request.OperationName);
    }

    private PlannedOperation FindById(GraphQLRequest request, string id, RequestTrace? trace)
    {
        if (!request.Query.IsEmpty)
        {
            throw Error("Send either \"query\" or \"documentId\", not both.", ErrorCodes.BadRequest);
        }

        var found = _trusted.Find(id) ?? throw Error($"No trusted document or operation has the id \"{MessageText.Shorten(id, 100)}\".", ErrorCodes.PersistedQueryNotFound);
        trace?.IsTrusted = true;
        return found.Document.GetOperation(request.OperationName ?? found.OperationName);
    }

    private PlannedDocument FindPersisted(GraphQLRequest request, string hash, RequestTrace? trace)
    {
        var source = request.Query.Span;
        if (!source.IsEmpty && TrustedDocuments.Hash(source) != hash)
        {
            throw Error("The document's SHA-256 hash is not that of \"extensions.persistedQuery\": provided sha does not match query.", ErrorCodes.BadUserInput);
        }

        if (_trusted.Find(hash) is { } trusted)
        {
            trace?.IsTrusted = true;
            return trusted.Document;
        }

        var key = Convert.FromHexString(hash);
        if (_persisted.TryGet(key, out var document))
        {
            return document;
        }

        if (source.IsEmpty)
        {
            // The clients of this protocol know these messages by heart.
            throw _options.MaxPersistedQueries > 0 && !_options.TrustedDocumentsOnly
                ? Error("PersistedQueryNotFound", ErrorCodes.PersistedQueryNotFound)
                : Error("PersistedQueryNotSupported", ErrorCodes.PersistedQueryNotSupported);
        }

        document = FindByText(source, trace);
        _persisted.Add(key, document, source.Length);
        return document;
    }

    private PlannedDocument FindByText(ReadOnlySpan<byte> source, RequestTrace? trace)
    {
        if (!_options.TrustedDocumentsOnly)
        {
            return _loader.Load(source, trace);
        }

        if (_trusted.Find(source) is { } trusted)
        {
            trace?.IsTrusted = true;
            return trusted.Document;
        }

        return _options.AllowUntrustedIntrospection && _loader.Load(source, trace) is { IsIntrospection: true } introspection
            ? introspection
            : throw Error("This server runs trusted documents alone. Send the \"documentId\" of one.", ErrorCodes.DocumentNotTrusted);
    }

    private static GraphQLException Error(string message, string code) => new(new GraphQLError(message, code));
}
