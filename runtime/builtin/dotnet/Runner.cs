using System;
using System.IO;
using System.Reflection;
using System.Threading.Tasks;

namespace Fcemu
{
    /// <summary>Answers calls by a method of the function.</summary>
    internal sealed class Runner
    {
        private static readonly byte[] Nothing = { };

        private readonly MethodInfo method;
        private readonly object target;
        private readonly Type[] parameters;
        private readonly Type result; // without the task around it; void: none
        private readonly Code code;
        private Mapper mapper; // made when it is needed

        public Runner(MethodInfo method, object target, Code code)
        {
            this.method = method;
            this.target = target;
            this.code = code;
            parameters = Array.ConvertAll(method.GetParameters(), parameter => parameter.ParameterType);
            if (Array.FindAll(parameters, type => !IsContext(type) && !Web.Takes(type)).Length > (IsWeb ? 0 : 1))
            {
                throw new ArgumentException("the handler " + method.DeclaringType.FullName + "." + method.Name + " takes more than an input and an IFcContext");
            }
            result = Promised(method.ReturnType);
        }

        private bool IsWeb => Array.Exists(parameters, Web.Takes);

        public byte[] Run(Call call)
        {
            if (call.Head != null != IsWeb)
            {
                throw new InvalidOperationException("the handler " + method.DeclaringType.FullName + "." + method.Name + (IsWeb
                    ? " takes an HttpRequest, and this call brings an event" : " takes no HttpRequest and HttpResponse, which this HTTP trigger hands over"));
            }
            if (IsWeb)
            {
                return Answer(call);
            }
            var arguments = new object[parameters.Length];
            for (int i = 0; i < arguments.Length; i++)
            {
                arguments[i] = IsContext(parameters[i]) ? call.Context(parameters[i]) : Input(parameters[i], call.Event);
            }
            object value = Await(method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null));
            return result == typeof(void) ? Nothing : Output(value);
        }

        private byte[] Answer(Call call)
        {
            dynamic opened = new Web(code).Open(call);
            var arguments = new object[parameters.Length];
            for (int i = 0; i < arguments.Length; i++)
            {
                Type type = parameters[i];
                arguments[i] = IsContext(type) ? call.Context(type) : type.IsInstanceOfType((object)opened.Request) ? opened.Request : opened.Response;
            }
            object value = Await(method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null));
            return Web.Whole(value != null && Web.Takes(result) ? value : opened.Response);
        }

        private static bool IsContext(Type type) => type.FullName == "Aliyun.Serverless.Core.IFcContext";

        private Mapper Mapper() => mapper ?? (mapper = Fcemu.Mapper.Of(method, code));

        private object Input(Type type, ArraySegment<byte> given)
        {
            if (type.IsAssignableFrom(typeof(MemoryStream)) && type != typeof(object))
            {
                return new MemoryStream(given.Array, given.Offset, given.Count, false);
            }
            if (given.Count == 0)
            {
                return type.IsValueType ? Activator.CreateInstance(type) : null;
            }
            return Mapper().Read(given, type);
        }

        /// <summary>Reads a stream from its beginning, wherever the handler has left it.</summary>
        public static byte[] Bytes(Stream stream)
        {
            using (stream)
            {
                if (stream.CanSeek)
                {
                    stream.Position = 0;
                }
                var copy = new MemoryStream();
                stream.CopyTo(copy);
                return copy.ToArray();
            }
        }

        private byte[] Output(object value)
        {
            if (value is Stream stream)
            {
                return Bytes(stream);
            }
            bool none = value == null && typeof(Stream).IsAssignableFrom(result);
            return none ? Nothing : Mapper().Write(value, result);
        }

        private static Type Promised(Type type)
        {
            if (type == typeof(Task) || type == typeof(ValueTask))
            {
                return typeof(void);
            }
            bool promise = type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>));
            return promise ? type.GetGenericArguments()[0] : type;
        }

        private object Await(object value)
        {
            if (result == method.ReturnType || value == null)
            {
                return value;
            }
            Type type = method.ReturnType;
            var task = value as Task ?? (Task)type.GetMethod("AsTask").Invoke(value, null);
            task.GetAwaiter().GetResult();
            return result == typeof(void) ? null : task.GetType().GetProperty("Result").GetValue(task);
        }
    }
}
