using System.Text;

namespace AnalyticsGraph.GraphQL.Language;

/// <content>Sections 2.9 to 2.11: values, variables, type references.</content>
internal ref partial struct DocumentParser
{
    private ValueNode ParseValue(bool isConstant)
    {
        switch (_lexer.Kind)
        {
            case TokenKind.BracketLeft:
                return ParseList(isConstant);
            case TokenKind.BraceLeft:
                return ParseObject(isConstant);
            case TokenKind.Int:
                var integer = new IntValueNode(Encoding.ASCII.GetString(_lexer.Text), Here());
                _lexer.Advance();
                return integer;
            case TokenKind.Float:
                var real = new FloatValueNode(Encoding.ASCII.GetString(_lexer.Text), Here());
                _lexer.Advance();
                return real;
            case TokenKind.String or TokenKind.BlockString:
                return ParseString();
            case TokenKind.Name:
                return ParseKeywordOrEnum();
            case TokenKind.Dollar:
                return isConstant ? throw VariableInConstant() : ParseVariable();
            default:
                throw Unexpected();
        }
    }

    private ValueNode ParseKeywordOrEnum()
    {
        ValueNode value = _lexer.Text switch
        {
            var text when text.SequenceEqual("true"u8) => new BooleanValueNode(true, Here()),
            var text when text.SequenceEqual("false"u8) => new BooleanValueNode(false, Here()),
            var text when text.SequenceEqual("null"u8) => new NullValueNode(Here()),
            var text => new EnumValueNode(_names.Get(text), Here()),
        };
        _lexer.Advance();
        return value;
    }

    private StringValueNode ParseString()
    {
        var value = new StringValueNode(_lexer.StringValue(), _lexer.Kind == TokenKind.BlockString, Here());
        _lexer.Advance();
        return value;
    }

    private ListValueNode ParseList(bool isConstant)
    {
        var start = Here();
        Expect(TokenKind.BracketLeft);
        Enter();
        var from = _nodeCount;
        while (!Skip(TokenKind.BracketRight))
        {
            Push(ParseValue(isConstant));
        }

        Leave();
        return new ListValueNode(Pop<ValueNode>(from), From(start));
    }

    private ObjectValueNode ParseObject(bool isConstant)
    {
        var start = Here();
        Expect(TokenKind.BraceLeft);
        Enter();
        var from = _nodeCount;
        while (!Skip(TokenKind.BraceRight))
        {
            var fieldStart = Here();
            var name = ParseName();
            Expect(TokenKind.Colon);
            var value = ParseValue(isConstant);
            Push(new ObjectFieldNode(name, value, From(fieldStart)));
        }

        Leave();
        return new ObjectValueNode(Pop<ObjectFieldNode>(from), From(start));
    }

    private VariableNode ParseVariable()
    {
        var start = Here();
        Expect(TokenKind.Dollar);
        var name = ParseName();
        return new VariableNode(name, From(start));
    }

    private GraphQLSyntaxException VariableInConstant()
    {
        var unexpected = Unexpected();
        var start = Here();
        _lexer.Advance();
        return _lexer.Kind == TokenKind.Name
            ? Error(start, $"Unexpected variable \"${_names.Get(_lexer.Text)}\" in constant value.")
            : unexpected;
    }

    private TypeNode ParseType()
    {
        var start = Here();
        TypeNode type;
        if (Skip(TokenKind.BracketLeft))
        {
            Enter();
            var item = ParseType();
            Expect(TokenKind.BracketRight);
            Leave();
            type = new ListTypeNode(item, From(start));
        }
        else
        {
            type = ParseNamedType();
        }

        return Skip(TokenKind.Bang) ? new NonNullTypeNode(type, From(start)) : type;
    }

    private NamedTypeNode ParseNamedType()
    {
        var name = ParseName();
        return new NamedTypeNode(name, name.Location);
    }
}
