import com.aliyun.fc.runtime.Context;
import com.aliyun.fc.runtime.FcAppLoader;
import com.aliyun.fc.runtime.FunctionInitializer;
import com.aliyun.fc.runtime.HttpRequestHandler;
import java.io.IOException;
import javax.servlet.ServletException;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** Runs a web application on Tomcat inside the function, with the official loader. */
public class App implements HttpRequestHandler, FunctionInitializer {
    private final FcAppLoader loader = new FcAppLoader();

    @Override
    public void initialize(Context context) throws IOException {
        loader.setFCContext(context);
        loader.loadCodeFromLocalProject("app.war");
        if (!loader.initApp("/2016-08-15/proxy/svc/app", App.class.getClassLoader())) {
            throw new IOException("the application did not start");
        }
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response, Context context) throws IOException, ServletException {
        try {
            loader.forward(request, response);
        } catch (Exception error) {
            throw new ServletException(error);
        }
    }
}
