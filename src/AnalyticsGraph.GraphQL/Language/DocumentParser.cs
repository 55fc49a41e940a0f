using System.Buffers;
using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>
/// Recursive descent over <see cref="Utf8Lexer"/>, one token ahead. Recursion is bounded by <see cref="ParserLimits.MaxDepth"/>. Lists of nodes grow on one rented
/// stack and become arrays of their exact length.
/// </summary>
internal ref partial struct DocumentParser
{
    private readonly ParserLimits _limits;
    private Utf8Lexer _lexer;
    private NameTable _names;
    private SyntaxNode?[] _nodes;
    private int _nodeCount;
    private int _depth;
    private int _aliases;
    private int _directives;

    public DocumentParser(ReadOnlySpan<byte> source, ParserLimits limits)
    {
        _limits = limits;
        _lexer = new Utf8Lexer(source, limits);
        _names = new NameTable();
        _nodes = ArrayPool<SyntaxNode?>.Shared.Rent(64);
    }

    public readonly void Dispose() => ArrayPool<SyntaxNode?>.Shared.Return(_nodes, clearArray: true);

    public DocumentNode ParseDocument()
    {
        _lexer.Advance();
        var from = _nodeCount;
        do
        {
            Push(ParseDefinition());
        }
        while (_lexer.Kind != TokenKind.EndOfFile);
        return new DocumentNode(Pop<DefinitionNode>(from), new Location(0, _lexer.End, 1, 1));
    }

    public ValueNode ParseLoneValue()
    {
        _lexer.Advance();
        var value = ParseValue(isConstant: false);
        Expect(TokenKind.EndOfFile);
        return value;
    }

    public TypeNode ParseLoneType()
    {
        _lexer.Advance();
        var type = ParseType();
        Expect(TokenKind.EndOfFile);
        return type;
    }

    private DefinitionNode ParseDefinition()
    {
        if (_lexer.Kind == TokenKind.BraceLeft)
        {
            return ParseShorthandQuery();
        }

        var start = Here();
        var description = ParseDescription();
        if (_lexer.Kind == TokenKind.BraceLeft)
        {
            throw Error(start, "Unexpected description, descriptions are not supported on shorthand queries.");
        }

        if (_lexer.Kind == TokenKind.Name)
        {
            switch (_lexer.Text)
            {
                case var keyword when keyword.SequenceEqual("query"u8) || keyword.SequenceEqual("mutation"u8) || keyword.SequenceEqual("subscription"u8):
                    return ParseOperation(start, description);
                case var keyword when keyword.SequenceEqual("fragment"u8):
                    return ParseFragment(start, description);
                case var keyword when keyword.SequenceEqual("extend"u8):
                    if (description is not null)
                    {
                        break;
                    }

                    _lexer.Advance();
                    return ParseTypeSystemDefinition(start, null, isExtension: true) ?? throw Unexpected();
                default:
                    if (ParseTypeSystemDefinition(start, description, isExtension: false) is { } definition)
                    {
                        return definition;
                    }

                    break;
            }

            if (description is not null)
            {
                throw Error(start, "Unexpected description, only GraphQL definitions support descriptions.");
            }
        }

        throw Unexpected();
    }

    private StringValueNode? ParseDescription() => _lexer.Kind is TokenKind.String or TokenKind.BlockString ? ParseString() : null;

    private NameNode ParseName()
    {
        if (_lexer.Kind != TokenKind.Name)
        {
            throw Expected(TokenKind.Name);
        }

        var name = new NameNode(_names.Get(_lexer.Text), Here());
        _lexer.Advance();
        return name;
    }

    /// <summary>Where the current token stands.</summary>
    private readonly Location Here() => new(_lexer.Start, _lexer.End, _lexer.Line, _lexer.Column);

    /// <summary>From a token to the one before the current.</summary>
    private readonly Location From(Location start) => start with { End = _lexer.PreviousEnd };

    private void Expect(TokenKind kind)
    {
        if (_lexer.Kind != kind)
        {
            throw Expected(kind);
        }

        _lexer.Advance();
    }

    private bool Skip(TokenKind kind)
    {
        if (_lexer.Kind != kind)
        {
            return false;
        }

        _lexer.Advance();
        return true;
    }

    private bool SkipKeyword(ReadOnlySpan<byte> keyword)
    {
        if (_lexer.Kind != TokenKind.Name || !_lexer.Text.SequenceEqual(keyword))
        {
            return false;
        }

        _lexer.Advance();
        return true;
    }

    private void ExpectKeyword(ReadOnlySpan<byte> keyword)
    {
        if (!SkipKeyword(keyword))
        {
            throw Error(Here(), $"Expected \"{System.Text.Encoding.ASCII.GetString(keyword)}\", found {_lexer.DescribeToken()}.");
        }
    }

    private void Enter()
    {
        if (++_depth > _limits.MaxDepth)
        {
            throw new GraphQLSyntaxException($"Syntax Error: Document nests deeper than {_limits.MaxDepth} levels.", Here(), ErrorCodes.LimitExceeded);
        }
    }

    private void Leave() => _depth--;

    private void Count(ref int count, int most, string what)
    {
        if (++count > most)
        {
            throw new GraphQLSyntaxException($"Syntax Error: Document has more than {most} {what}.", Here(), ErrorCodes.LimitExceeded);
        }
    }

    private void Push(SyntaxNode node)
    {
        if (_nodeCount == _nodes.Length)
        {
            var larger = ArrayPool<SyntaxNode?>.Shared.Rent(_nodes.Length * 2);
            _nodes.AsSpan().CopyTo(larger);
            ArrayPool<SyntaxNode?>.Shared.Return(_nodes, clearArray: true);
            _nodes = larger;
        }

        _nodes[_nodeCount++] = node;
    }

    private ImmutableArray<T> Pop<T>(int from)
        where T : SyntaxNode
    {
        var nodes = new T[_nodeCount - from];
        for (var i = 0; i < nodes.Length; i++)
        {
            nodes[i] = (T)_nodes[from + i]!;
        }

        _nodeCount = from;
        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(nodes);
    }

    private readonly GraphQLSyntaxException Expected(TokenKind kind) => Error(Here(), $"Expected {kind.Describe()}, found {_lexer.DescribeToken()}.");

    private readonly GraphQLSyntaxException Unexpected() => Error(Here(), $"Unexpected {_lexer.DescribeToken()}.");

    private static GraphQLSyntaxException Error(Location location, string description) => new($"Syntax Error: {description}", location);
}
