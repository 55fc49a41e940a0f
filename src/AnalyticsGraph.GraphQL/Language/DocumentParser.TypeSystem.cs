using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Language;

/// <content>Section 3: definitions and extensions of the type system. An extension is read as its definition is, but must add something.</content>
internal ref partial struct DocumentParser
{
    /// <summary>Reads the definition whose keyword is the current token.</summary>
    /// <returns>Null if the token is no such keyword.</returns>
    private TypeSystemDefinitionNode? ParseTypeSystemDefinition(Location start, StringValueNode? description, bool isExtension)
    {
        if (_lexer.Kind != TokenKind.Name)
        {
            return null;
        }

        switch (_lexer.Text)
        {
            case var keyword when keyword.SequenceEqual("schema"u8):
                return ParseSchema(start, description, isExtension);
            case var keyword when keyword.SequenceEqual("scalar"u8):
                return ParseScalar(start, description, isExtension);
            case var keyword when keyword.SequenceEqual("type"u8):
                return ParseObjectType(start, description, isExtension);
            case var keyword when keyword.SequenceEqual("interface"u8):
                return ParseInterface(start, description, isExtension);
            case var keyword when keyword.SequenceEqual("union"u8):
                return ParseUnion(start, description, isExtension);
            case var keyword when keyword.SequenceEqual("enum"u8):
                return ParseEnum(start, description, isExtension);
            case var keyword when keyword.SequenceEqual("input"u8):
                return ParseInputObject(start, description, isExtension);
            case var keyword when keyword.SequenceEqual("directive"u8) && !isExtension:
                return ParseDirectiveDefinition(start, description);
            default:
                return null;
        }
    }

    private SchemaDefinitionNode ParseSchema(Location start, StringValueNode? description, bool isExtension)
    {
        _lexer.Advance();
        var directives = ParseDirectives(isConstant: true);
        ImmutableArray<RootOperationTypeNode> operationTypes = [];
        if (!isExtension || _lexer.Kind == TokenKind.BraceLeft)
        {
            Expect(TokenKind.BraceLeft);
            var from = _nodeCount;
            do
            {
                var rootStart = Here();
                var operation = ParseOperationType();
                Expect(TokenKind.Colon);
                var type = ParseNamedType();
                Push(new RootOperationTypeNode(operation, type, From(rootStart)));
            }
            while (!Skip(TokenKind.BraceRight));
            operationTypes = Pop<RootOperationTypeNode>(from);
        }

        MustAdd(isExtension, directives.Length + operationTypes.Length);
        return new SchemaDefinitionNode(description, directives, operationTypes, isExtension, From(start));
    }

    private ScalarTypeDefinitionNode ParseScalar(Location start, StringValueNode? description, bool isExtension)
    {
        _lexer.Advance();
        var name = ParseName();
        var directives = ParseDirectives(isConstant: true);
        MustAdd(isExtension, directives.Length);
        return new ScalarTypeDefinitionNode(description, name, directives, isExtension, From(start));
    }

    private ObjectTypeDefinitionNode ParseObjectType(Location start, StringValueNode? description, bool isExtension)
    {
        _lexer.Advance();
        var name = ParseName();
        var interfaces = ParseImplements();
        var directives = ParseDirectives(isConstant: true);
        var fields = ParseFieldDefinitions();
        MustAdd(isExtension, interfaces.Length + directives.Length + fields.Length);
        return new ObjectTypeDefinitionNode(description, name, interfaces, directives, fields, isExtension, From(start));
    }

    private InterfaceTypeDefinitionNode ParseInterface(Location start, StringValueNode? description, bool isExtension)
    {
        _lexer.Advance();
        var name = ParseName();
        var interfaces = ParseImplements();
        var directives = ParseDirectives(isConstant: true);
        var fields = ParseFieldDefinitions();
        MustAdd(isExtension, interfaces.Length + directives.Length + fields.Length);
        return new InterfaceTypeDefinitionNode(description, name, interfaces, directives, fields, isExtension, From(start));
    }

    private UnionTypeDefinitionNode ParseUnion(Location start, StringValueNode? description, bool isExtension)
    {
        _lexer.Advance();
        var name = ParseName();
        var directives = ParseDirectives(isConstant: true);
        var types = Skip(TokenKind.Equal) ? ParseNamedTypes(TokenKind.Pipe) : [];
        MustAdd(isExtension, directives.Length + types.Length);
        return new UnionTypeDefinitionNode(description, name, directives, types, isExtension, From(start));
    }

    private EnumTypeDefinitionNode ParseEnum(Location start, StringValueNode? description, bool isExtension)
    {
        _lexer.Advance();
        var name = ParseName();
        var directives = ParseDirectives(isConstant: true);
        ImmutableArray<EnumValueDefinitionNode> values = [];
        if (Skip(TokenKind.BraceLeft))
        {
            var from = _nodeCount;
            do
            {
                Push(ParseEnumValueDefinition());
            }
            while (!Skip(TokenKind.BraceRight));
            values = Pop<EnumValueDefinitionNode>(from);
        }

        MustAdd(isExtension, directives.Length + values.Length);
        return new EnumTypeDefinitionNode(description, name, directives, values, isExtension, From(start));
    }

    private EnumValueDefinitionNode ParseEnumValueDefinition()
    {
        var start = Here();
        var description = ParseDescription();
        if (_lexer.Kind == TokenKind.Name && (_lexer.Text.SequenceEqual("true"u8) || _lexer.Text.SequenceEqual("false"u8) || _lexer.Text.SequenceEqual("null"u8)))
        {
            throw Error(Here(), $"{_lexer.DescribeToken()} is reserved and cannot be used for an enum value.");
        }

        var name = ParseName();
        var directives = ParseDirectives(isConstant: true);
        return new EnumValueDefinitionNode(description, name, directives, From(start));
    }

    private InputObjectTypeDefinitionNode ParseInputObject(Location start, StringValueNode? description, bool isExtension)
    {
        _lexer.Advance();
        var name = ParseName();
        var directives = ParseDirectives(isConstant: true);
        var fields = ParseInputValueDefinitions(TokenKind.BraceLeft, TokenKind.BraceRight);
        MustAdd(isExtension, directives.Length + fields.Length);
        return new InputObjectTypeDefinitionNode(description, name, directives, fields, isExtension, From(start));
    }

    private DirectiveDefinitionNode ParseDirectiveDefinition(Location start, StringValueNode? description)
    {
        _lexer.Advance();
        Expect(TokenKind.At);
        var name = ParseName();
        var arguments = ParseInputValueDefinitions(TokenKind.ParenthesisLeft, TokenKind.ParenthesisRight);
        var isRepeatable = SkipKeyword("repeatable"u8);
        ExpectKeyword("on"u8);
        Skip(TokenKind.Pipe);
        var from = _nodeCount;
        do
        {
            var unknown = _lexer.Kind == TokenKind.Name && !DirectiveLocations.All.Contains(_names.Get(_lexer.Text)) ? Unexpected() : null;
            Push(ParseName());
            if (unknown is not null)
            {
                throw unknown;
            }
        }
        while (Skip(TokenKind.Pipe));
        return new DirectiveDefinitionNode(description, name, arguments, isRepeatable, Pop<NameNode>(from), From(start));
    }

    private ImmutableArray<NamedTypeNode> ParseImplements() => SkipKeyword("implements"u8) ? ParseNamedTypes(TokenKind.Ampersand) : [];

    private ImmutableArray<NamedTypeNode> ParseNamedTypes(TokenKind separator)
    {
        Skip(separator);
        var from = _nodeCount;
        do
        {
            Push(ParseNamedType());
        }
        while (Skip(separator));
        return Pop<NamedTypeNode>(from);
    }

    private ImmutableArray<FieldDefinitionNode> ParseFieldDefinitions()
    {
        if (!Skip(TokenKind.BraceLeft))
        {
            return [];
        }

        var from = _nodeCount;
        do
        {
            var start = Here();
            var description = ParseDescription();
            var name = ParseName();
            var arguments = ParseInputValueDefinitions(TokenKind.ParenthesisLeft, TokenKind.ParenthesisRight);
            Expect(TokenKind.Colon);
            var type = ParseType();
            var directives = ParseDirectives(isConstant: true);
            Push(new FieldDefinitionNode(description, name, arguments, type, directives, From(start)));
        }
        while (!Skip(TokenKind.BraceRight));
        return Pop<FieldDefinitionNode>(from);
    }

    private ImmutableArray<InputValueDefinitionNode> ParseInputValueDefinitions(TokenKind open, TokenKind close)
    {
        if (!Skip(open))
        {
            return [];
        }

        var from = _nodeCount;
        do
        {
            var start = Here();
            var description = ParseDescription();
            var name = ParseName();
            Expect(TokenKind.Colon);
            var type = ParseType();
            var defaultValue = Skip(TokenKind.Equal) ? ParseValue(isConstant: true) : null;
            var directives = ParseDirectives(isConstant: true);
            Push(new InputValueDefinitionNode(description, name, type, defaultValue, directives, From(start)));
        }
        while (!Skip(close));
        return Pop<InputValueDefinitionNode>(from);
    }

    /// <summary>Section 3.4.3 and its kin: an extension that adds nothing is a syntax error.</summary>
    private readonly void MustAdd(bool isExtension, int parts)
    {
        if (isExtension && parts == 0)
        {
            throw Unexpected();
        }
    }
}
